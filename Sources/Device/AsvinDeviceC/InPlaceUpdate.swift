// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto
public import CAsvinDevice

/// Notes in the boot state, before the first erase of a slot, that the slot cannot be started. It is stored after the
/// installer.
@safe
struct Claim {
  let device: UnsafePointer<asvin_device>
  let plan: InstallPlan
  /// ``ASVIN_DONE`` once it is noted.
  var answer: Int32 = 0
}

/// A region of a device that installs in place; the slot has a claim.
@safe
struct InPlaceRegion: FlashRegion {
  private let region: CRegion
  private let claim: UnsafeMutablePointer<Claim>?

  @unsafe
  init(
    _ flash: UnsafePointer<asvin_flash>, _ failed: UnsafeMutablePointer<Bool>,
    _ lines: UnsafeMutablePointer<ReadLines>? = nil, _ claim: UnsafeMutablePointer<Claim>? = nil
  ) {
    region = unsafe CRegion(flash, failed, lines)
    unsafe self.claim = claim
  }

  var capacity: UInt64 { region.capacity }
  var blockBytes: UInt32 { region.blockBytes }
  var writeBytes: UInt32 { region.writeBytes }
  var hasFailed: Bool { region.hasFailed }
  func byte(_ offset: UInt64) -> UInt8 { region.byte(offset) }
  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    unsafe region.read(offset, into: bytes)
  }
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) { region.write(offset, bytes) }

  func erase(_ offset: UInt64) {
    if let claim = unsafe claim {
      if unsafe claim.pointee.answer != ASVIN_DONE { unsafe claim.pointee.answer = unsafe rewrite(claim) }
      // The old image is not touched before the state knows that it is gone.
      let isNoted = unsafe claim.pointee.answer == ASVIN_DONE
      guard isNoted else { return region.fail() }
    }
    region.erase(offset)
  }
}

private typealias InPlace = InPlacePatch<InPlaceRegion>
private typealias InPlaceInstaller = Installer<InPlaceRegion, InPlaceRegion, SHA256, InPlace>

/// Where the claim, the applier, and what was read of three regions are stored, after the installer.
private let claimStart = MemoryLayout<InPlaceInstaller>.stride
private let applierStart = claimStart + (MemoryLayout<Claim>.size + 7) & ~7
private let linesStart = applierStart + (InPlace.roomBytes + 7) & ~7

/// See the header.
@c @implementation
public func asvin_begin_in_place(
  _ update: UnsafeMutablePointer<asvin_in_place_update>?, _ device: UnsafePointer<asvin_device>?,
  _ plan: UnsafePointer<asvin_plan>?, _ offset: UnsafeMutablePointer<UInt64>?
) -> Int32 {
  // The update is the first field, so that `asvin_push` and `asvin_finish` find it at the same address.
  let start = unsafe UnsafeMutableRawPointer(update)?.assumingMemoryBound(to: asvin_update.self)
  guard
    let place = unsafe UpdatePlace(
      start, device, plan, offset, room: linesStart + 3 * MemoryLayout<ReadLines>.stride,
      size: MemoryLayout<asvin_in_place_update>.size),
    unsafe place.device.pointee.components == nil,
    let spare = unsafe place.device.pointee.spare, let checkpoint = unsafe place.device.pointee.checkpoint,
    unsafe spare.pointee.isSensible, unsafe checkpoint.pointee.isSensible,
    unsafe spare.pointee.block_bytes == place.target.pointee.block_bytes,
    unsafe checkpoint.pointee.block_bytes == place.target.pointee.block_bytes
  else { return ASVIN_MISUSE }
  // A block of the stream is stored first, the patch's memory after it.
  let plan = unsafe place.plan.pointee
  let workspace = (plan.blockBytes &+ 7) & ~7
  guard unsafe workspace <= place.memory.count else { return code(.chunkTooLarge) }
  let failed = unsafe place.open(pushInPlace, finishInPlace)
  var isRewriting = false
  let answer = unsafe mayRewrite(place.device, plan, failed, &isRewriting)
  guard answer == ASVIN_DONE else {
    place.close()
    return answer
  }
  let claim = unsafe (place.installer + claimStart).initializeMemory(
    as: Claim.self, to: Claim(device: place.device, plan: plan))
  let lines = unsafe ReadLines.empty(at: place.installer + linesStart, count: 3)
  let target = unsafe InPlaceRegion(place.target, failed, lines, claim)
  var patching = unsafe InPlace(
    plan,
    on: InPlaceFlash(
      slot: target, spare: InPlaceRegion(spare, failed, lines + 1),
      checkpoint: InPlaceRegion(checkpoint, failed, lines + 2)),
    memory: UnsafeMutableRawBufferPointer(rebasing: place.memory[workspace...]),
    room: UnsafeMutableRawBufferPointer(start: place.installer + applierStart, count: InPlace.roomBytes))
  if isRewriting, plan.isInPlace { _ = patching.resume() }
  do throws(InstallError) {
    let installer = unsafe try place.installer.initializeMemory(
      as: InPlaceInstaller.self,
      to: InPlaceInstaller(
        plan, into: target, journal: InPlaceRegion(place.journal, failed), hash: SHA256.self, patching: patching,
        memory: place.memory))
    unsafe place.offset.pointee = installer.pointee.offset
    return ASVIN_DONE
  } catch {
    place.close()
    return code(error.reason)
  }
}

/// Checks whether the target slot may be rewritten for a plan. Returns a result of the header and writes nothing.
/// Before the first erase the same is checked again, twice.
private func mayRewrite(
  _ device: UnsafePointer<asvin_device>, _ plan: InstallPlan, _ failed: UnsafeMutablePointer<Bool>,
  _ isRewriting: inout Bool
) -> Int32 {
  unsafe withState(of: device, failed) { device, state throws(InstallError) in
    guard unsafe try state.canRewrite(device.pointee.target_slot, for: plan) else { return ASVIN_MISUSE }
    isRewriting = state.isRewriting(plan)
    return ASVIN_DONE
  }
}

/// Notes that the target slot is rewritten; a result of the header.
#if hasFeature(Embedded)
@inline(never)
#endif
private func rewrite(_ claim: UnsafeMutablePointer<Claim>) -> Int32 {
  agreed { isRehearsed in unsafe rewrite(claim, isRehearsed: isRehearsed) }
}

#if hasFeature(Embedded)
@inline(never)
#endif
private func rewrite(_ claim: UnsafeMutablePointer<Claim>, isRehearsed: Bool) -> Int32 {
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    unsafe withState(of: claim.pointee.device, failed, isRehearsed: isRehearsed) { device, state throws(InstallError) in
      unsafe try state.rewrite(device.pointee.target_slot, for: claim.pointee.plan) ? ASVIN_DONE : ASVIN_MISUSE
    }
  }
}

/// See the header.
@c @implementation
public func asvin_base(
  _ device: UnsafePointer<asvin_device>?, _ bytes: UnsafeMutablePointer<UInt32>?,
  _ digest: UnsafeMutablePointer<UInt8>?
) -> Int32 {
  guard let bytes = unsafe bytes, let digest = unsafe digest else { return ASVIN_MISUSE }
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    unsafe withState(of: device, failed) { _, state throws(InstallError) in
      guard let base = state.rewrittenBase else { return ASVIN_MISUSE }
      unsafe bytes.pointee = base.size
      for index in 0..<32 { unsafe digest[index] = base.digest[index] }
      return ASVIN_DONE
    }
  }
}

private func pushInPlace(_ memory: UnsafeMutableRawPointer, _ bytes: UnsafePointer<UInt8>?, _ count: UInt32) -> Int32 {
  do throws(InstallError) {
    try unsafe memory.assumingMemoryBound(to: InPlaceInstaller.self).pointee.push(
      UnsafeBufferPointer(start: bytes, count: Int(count)).span)
    return ASVIN_DONE
  } catch {
    return code(error.reason)
  }
}

private func finishInPlace(_ memory: UnsafeMutableRawPointer) -> Int32 {
  do throws(InstallError) {
    let installed = try unsafe memory.assumingMemoryBound(to: InPlaceInstaller.self).pointee.finish()
    return unsafe activate(installed, memory)
  } catch {
    return code(error.reason)
  }
}

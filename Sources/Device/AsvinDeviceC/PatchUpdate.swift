// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinVerifier
import AsvinDeviceCrypto
public import CAsvinDevice

/// The applier is stored after the installer, and after it what was read of the base and of the target.
private let installerBytes = MemoryLayout<PatchInstaller>.stride
private let linesStart = installerBytes + (Patching.roomBytes + 7) & ~7

/// See the header.
@c @implementation
public func asvin_begin(
  _ update: UnsafeMutablePointer<asvin_update>?, _ device: UnsafePointer<asvin_device>?,
  _ plan: UnsafePointer<asvin_plan>?, _ offset: UnsafeMutablePointer<UInt64>?
) -> Int32 {
  guard
    let place = unsafe UpdatePlace(update, device, plan, offset, room: linesStart + 2 * MemoryLayout<ReadLines>.stride)
  else { return ASVIN_MISUSE }
  // A block of the stream is stored first, the patch's memory after it.
  let start = unsafe (place.plan.pointee.blockBytes &+ 7) & ~7
  guard unsafe start <= place.memory.count else { return code(.chunkTooLarge) }
  // For the empty base, no slot is read.
  let baseBytes = unsafe place.plan.pointee.baseSize
  guard unsafe baseBytes == 0 || place.running != nil else { return code(.baseDigestMismatch) }
  let failed = unsafe place.open(pushPatch, finishPatch)
  let lines = unsafe ReadLines.empty(at: place.installer + linesStart, count: 2)
  let (target, workspace) = unsafe (
    CRegion(place.target, failed, lines), UnsafeMutableRawBufferPointer(rebasing: place.memory[start...])
  )
  let base = unsafe CRegion(place.running ?? place.target, failed, lines + 1)
  let room = unsafe UnsafeMutableRawBufferPointer(start: place.installer + installerBytes, count: Patching.roomBytes)
  let patching = unsafe Patching(
    from: base, UInt32(truncatingIfNeeded: baseBytes), into: target, memory: workspace, room: room)
  do throws(InstallError) {
    let installer = unsafe try place.installer.initializeMemory(
      as: PatchInstaller.self,
      to: PatchInstaller(
        place.plan.pointee, into: target, journal: CRegion(place.journal, failed), hash: SHA256.self,
        patching: patching, memory: place.memory))
    return unsafe place.begin(at: installer.pointee.offset)
  } catch {
    place.close()
    return code(error.reason)
  }
}

/// See the header.
@c @implementation
public func asvin_check_base(_ device: UnsafePointer<asvin_device>?, _ plan: UnsafePointer<asvin_plan>?) -> Int32 {
  guard let device = unsafe device, let plan = unsafe plan, unsafe plan.pointee.stream_bytes > 0,
    let running = unsafe device.pointee.running, unsafe running.pointee.isSensible
  else { return ASVIN_MISUSE }
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    let hasBase = unsafe known(plan).pointee.hasBase(in: CRegion(running, failed), hash: SHA256.self)
    return hasBase ? ASVIN_DONE : code(.baseDigestMismatch)
  }
}

private func pushPatch(_ memory: UnsafeMutableRawPointer, _ bytes: UnsafePointer<UInt8>?, _ count: UInt32) -> Int32 {
  do throws(InstallError) {
    try unsafe memory.assumingMemoryBound(to: PatchInstaller.self).pointee.push(
      UnsafeBufferPointer(start: bytes, count: Int(count)).span)
    return ASVIN_DONE
  } catch {
    return code(error.reason)
  }
}

private func finishPatch(_ memory: UnsafeMutableRawPointer) -> Int32 {
  do throws(InstallError) {
    let installed = try unsafe memory.assumingMemoryBound(to: PatchInstaller.self).pointee.finish()
    return unsafe activate(installed, memory)
  } catch {
    return code(error.reason)
  }
}

// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinVerifier
import AsvinDeviceCrypto
public import CAsvinDevice

/// The start of an update's memory. The installer follows it. The functions are those of this kind of installer, so
/// that a firmware which accepts complete images only links no code for patches.
@safe
struct UpdateHead {
  typealias Push = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<UInt8>?, UInt32) -> Int32
  typealias Finish = @convention(c) (UnsafeMutableRawPointer) -> Int32
  /// Bytes before the installer.
  static let bytes = 64
  /// Marks an update that is under way.
  static let mark: UInt32 = 0x5AC3_A53C

  var mark = Self.mark
  var failed = false
  let device: UnsafePointer<asvin_device>
  let push: Push
  let finish: Finish
}

typealias ImageInstaller = Installer<CRegion, CRegion, SHA256, NoPatches>
typealias Patching = TwoSlotPatch<CRegion, CRegion>
typealias PatchInstaller = Installer<CRegion, CRegion, SHA256, Patching>

/// See the header.
@c @implementation
public func asvin_begin_image(
  _ update: UnsafeMutablePointer<asvin_update>?, _ device: UnsafePointer<asvin_device>?,
  _ plan: UnsafePointer<asvin_plan>?, _ offset: UnsafeMutablePointer<UInt64>?
) -> Int32 {
  guard
    let place = unsafe UpdatePlace(
      update, device, plan, offset, room: MemoryLayout<ImageInstaller>.size, size: Int(ASVIN_IMAGE_UPDATE_BYTES))
  else { return ASVIN_MISUSE }
  guard unsafe !place.plan.pointee.isPatch else { return code(.noUsablePayload) }
  let failed = unsafe place.open(pushImage, finishImage)
  do throws(InstallError) {
    let installer = unsafe try place.installer.initializeMemory(
      as: ImageInstaller.self,
      to: ImageInstaller(
        place.plan.pointee, into: CRegion(place.target, failed), journal: CRegion(place.journal, failed),
        hash: SHA256.self, patching: NoPatches(), memory: place.memory))
    return unsafe place.begin(at: installer.pointee.offset)
  } catch {
    place.close()
    return code(error.reason)
  }
}

private func pushImage(_ memory: UnsafeMutableRawPointer, _ bytes: UnsafePointer<UInt8>?, _ count: UInt32) -> Int32 {
  do throws(InstallError) {
    try unsafe memory.assumingMemoryBound(to: ImageInstaller.self).pointee.push(
      UnsafeBufferPointer(start: bytes, count: Int(count)).span)
    return ASVIN_DONE
  } catch {
    return code(error.reason)
  }
}

private func finishImage(_ memory: UnsafeMutableRawPointer) -> Int32 {
  do throws(InstallError) {
    let installed = try unsafe memory.assumingMemoryBound(to: ImageInstaller.self).pointee.finish()
    return unsafe activate(installed, memory)
  } catch {
    return code(error.reason)
  }
}

/// Makes an image the next one to be tried, unless other components of its release follow; a result of the header.
@inline(__always)
func activate(_ installed: consuming InstalledComponent, _ memory: UnsafeMutableRawPointer) -> Int32 {
  guard installed.count == 1 else { return ASVIN_DONE }
  let head = unsafe (memory - UpdateHead.bytes).assumingMemoryBound(to: UpdateHead.self)
  return unsafe withUnsafePointer(to: &installed) { image in
    unsafe settled(.activate, make(.activate, of: head.pointee.device, nil, image))
  }
}

/// See the header.
@c @implementation
public func asvin_push(_ update: UnsafeMutablePointer<asvin_update>?, _ bytes: UnsafePointer<UInt8>?, _ count: UInt32)
  -> Int32
{
  guard let head = unsafe head(of: update), unsafe bytes != nil || count == 0, count <= UInt32(Int32.max) else {
    return ASVIN_MISUSE
  }
  let answer = unsafe head.pointee.push(UnsafeMutableRawPointer(head) + UpdateHead.bytes, bytes, count)
  if answer != ASVIN_DONE { unsafe head.pointee.mark = 0 }
  return answer
}

/// See the header.
@c @implementation
public func asvin_finish(_ update: UnsafeMutablePointer<asvin_update>?) -> Int32 {
  guard let head = unsafe head(of: update) else { return ASVIN_MISUSE }
  unsafe head.pointee.mark = 0
  return unsafe head.pointee.finish(UnsafeMutableRawPointer(head) + UpdateHead.bytes)
}

private func head(of update: UnsafeMutablePointer<asvin_update>?) -> UnsafeMutablePointer<UpdateHead>? {
  guard let update = unsafe update else { return nil }
  let head = unsafe UnsafeMutableRawPointer(update).assumingMemoryBound(to: UpdateHead.self)
  return unsafe head.pointee.mark == UpdateHead.mark ? head : nil
}

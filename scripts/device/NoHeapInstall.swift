import AsvinManifest
import AsvinInstaller
import AsvinVerifier
import AsvinDeviceCrypto

// A device that accepts complete images, or patches too (WITH_PATCHES): it verifies a release, installs it and activates
// it. It is linked and never run, to prove that nothing on this path allocates and to measure its size: of all of it,
// without the boot state (WITHOUT_BOOT), and of the verifier alone (WITHOUT_INSTALLER).

@_silgen_name("device_read") func deviceRead(_ slot: UInt32, _ offset: UInt32) -> UInt8
@_silgen_name("device_write") func deviceWrite(_ offset: UInt32, _ byte: UInt8)

struct DeviceRegion: FlashRegion {
  let number: UInt32
  var capacity: UInt64 { 1 << 20 }
  var blockBytes: UInt32 { 4096 }
  var writeBytes: UInt32 { 8 }
  var hasFailed: Bool { deviceRead(number, .max) == 1 }
  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    for index in bytes.indices { unsafe bytes[index] = byte(offset &+ UInt64(UInt32(index))) }
    return deviceRead(number, .max) != 2
  }
  func byte(_ offset: UInt64) -> UInt8 { deviceRead(number, UInt32(truncatingIfNeeded: offset)) }
  func erase(_ offset: UInt64) { deviceWrite(UInt32(truncatingIfNeeded: offset), 0xFF) }
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    for index in bytes.indices { deviceWrite(UInt32(truncatingIfNeeded: offset) &+ UInt32(index), bytes[index]) }
  }
}

typealias Patching = TwoSlotPatch<DeviceRegion, DeviceRegion>

@_cdecl("install_release")
public func installRelease(
  _ envelope: UnsafePointer<UInt8>, _ count: Int, _ key: UnsafePointer<UInt8>, _ stream: UnsafePointer<UInt8>,
  _ streamCount: Int, _ memory: UnsafeMutableRawPointer, _ memoryCount: Int
) -> UInt8 {
  let cryptography = DeviceCryptography()
  #if WITHOUT_BOOT || WITHOUT_INSTALLER || WITHOUT_PLAN
  let floor = UInt64(streamCount)
  #else
  var boot = BootState(DeviceRegion(number: 2), running: RunningImage(slot: UInt32(truncatingIfNeeded: count)))
  let floor = boot.floor
  #endif
  // One of two, so that both are linked.
  let algorithm: SignatureAlgorithm = memoryCount & 1 == 0 ? .ed25519 : .ecdsaP256
  let point = unsafe UnsafeBufferPointer(start: key, count: algorithm.publicKeyBytes).span
  guard let publicKey = PublicKey(algorithm, point) else { return 1 }
  let anchors: InlineArray<1, TrustAnchor> = [TrustAnchor(publicKey, using: cryptography)]
  guard let trust = Trust(anchors.span) else { return 1 }
  #if WITH_PATCHES
  let images: InlineArray<1, InstalledImage> = [
    InstalledImage(slot: 0, size: UInt64(streamCount), digest: Digest { UInt8(truncatingIfNeeded: streamCount &+ $0) })
  ]
  let device = DevicePolicy(
    vendor: .required(Identifier()), deviceClass: .required(Identifier()), floor: .required(floor), sequence: floor,
    slots: .required(DeviceSlots(1)), features: .max, memory: UInt64(memoryCount), installed: images.span)
  #else
  let device = DevicePolicy(
    vendor: .required(Identifier()), deviceClass: .required(Identifier()), floor: .required(floor),
    sequence: floor, slots: .required(DeviceSlots(1)))
  #endif
  let bytes = unsafe UnsafeBufferPointer(start: envelope, count: count).span
  #if WITHOUT_PLAN
  return verified(bytes, trust, device)
  #else
  guard let plan = plan(bytes, trust, device) else { return 1 }
  #if WITHOUT_INSTALLER
  unsafe memory.storeBytes(of: plan, as: InstallPlan.self)
  return 0
  #else
  do throws(InstallError) {
    #if WITH_PATCHES
    let block = unsafe UnsafeMutableRawBufferPointer(start: memory, count: 4128)
    let room = unsafe UnsafeMutableRawBufferPointer(start: memory + 4128, count: Patching.roomBytes)
    let workspace = unsafe UnsafeMutableRawBufferPointer(start: memory + 8192, count: memoryCount &- 8192)
    let patching = unsafe Patching(
      from: DeviceRegion(number: 3), UInt32(streamCount), into: DeviceRegion(number: 0), memory: workspace, room: room)
    #else
    let block = unsafe UnsafeMutableRawBufferPointer(start: memory, count: memoryCount)
    let patching = NoPatches()
    #endif
    var installer = try unsafe Installer(
      plan, into: DeviceRegion(number: 0), journal: DeviceRegion(number: 1), hash: SHA256.self, patching: patching,
      memory: block)
    #if !WITHOUT_BOOT
    guard try boot.freeSlot(1, for: plan) else { return 1 }
    #endif
    try installer.push(unsafe UnsafeBufferPointer(start: stream, count: streamCount).span)
    let installed: InlineArray<1, InstalledComponent> = [try installer.finish()]
    #if WITHOUT_BOOT
    return installed[0].digest[0]
    #else
    try boot.activate(installed.span, in: 1)
    // What the next starts call.
    _ = try boot.begin()
    return try boot.confirm() ? 0 : 1
    #endif
  } catch {
    return error.reason.rawValue
  }
  #endif
  #endif
}

#if WITHOUT_PLAN
func verified(_ envelope: Span<UInt8>, _ trust: borrowing Trust, _ device: borrowing DevicePolicy) -> UInt8 {
  do throws(Rejection) {
    let release = try Verifier(DeviceCryptography()).verify(envelope, trust: trust, device: device)
    return release.digest[0] ^ UInt8(truncatingIfNeeded: release.manifest.sequence)
  } catch {
    return error.reason.rawValue
  }
}
#else
func plan(_ envelope: Span<UInt8>, _ trust: borrowing Trust, _ device: borrowing DevicePolicy) -> InstallPlan? {
  do throws(Rejection) {
    return InstallPlan(
      try Verifier(DeviceCryptography()).verify(envelope, trust: trust, device: device), slot: 0, payload: 0)
  } catch {
    return nil
  }
}
#endif

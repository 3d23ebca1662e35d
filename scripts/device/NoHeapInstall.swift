import AsvinManifest
import AsvinInstaller
import AsvinVerifier
import AsvinDeviceCrypto

// A device that accepts complete images, or patches too (WITH_PATCHES): it verifies a release, installs it and activates
// it. It is linked and never run, to prove that nothing on this path allocates and to measure its size: of all of it,
// without the boot state (WITHOUT_BOOT), and of the verifier alone (WITHOUT_INSTALLER).

// The firmware's driver of its flash.
@_silgen_name("device_fill") func deviceFill(
  _ slot: UInt32, _ offset: UInt32, _ bytes: UnsafeMutableRawPointer?, _ count: Int
) -> Bool
@_silgen_name("device_read") func deviceRead(_ slot: UInt32, _ offset: UInt32) -> UInt8
@_silgen_name("device_erase") func deviceErase(_ slot: UInt32, _ offset: UInt32)
@_silgen_name("device_program") func deviceProgram(
  _ slot: UInt32, _ offset: UInt32, _ bytes: UnsafePointer<UInt8>?, _ count: Int)
@_silgen_name("device_has_failed") func deviceHasFailed() -> Bool

struct DeviceRegion: FlashRegion {
  let number: UInt32
  var capacity: UInt64 { 1 << 20 }
  var blockBytes: UInt32 { 4096 }
  var writeBytes: UInt32 { 8 }
  var hasFailed: Bool { deviceHasFailed() }
  func byte(_ offset: UInt64) -> UInt8 { deviceRead(number, UInt32(truncatingIfNeeded: offset)) }
  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    unsafe deviceFill(number, UInt32(truncatingIfNeeded: offset), bytes.baseAddress, bytes.count)
  }
  func erase(_ offset: UInt64) { deviceErase(number, UInt32(truncatingIfNeeded: offset)) }
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer {
      unsafe deviceProgram(number, UInt32(truncatingIfNeeded: offset), $0.baseAddress, $0.count)
    }
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
  let pieces = unsafe UnsafeBufferPointer(start: stream, count: streamCount).span
  let room = unsafe UnsafeMutableRawBufferPointer(start: memory, count: memoryCount)
  #if WITHOUT_BOOT
  return unsafe install(plan, pieces, room)
  #else
  return unsafe install(plan, pieces, room, &boot)
  #endif
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

#if !WITHOUT_PLAN && !WITHOUT_INSTALLER
#if WITHOUT_BOOT
// A function of its own, so that the part before it has the same size without it.
@inline(never)
func install(_ plan: InstallPlan, _ stream: Span<UInt8>, _ memory: UnsafeMutableRawBufferPointer) -> UInt8 {
  do throws(InstallError) {
    var installer = try unsafe installer(plan, memory)
    try installer.push(stream)
    return try installer.finish().digest[0]
  } catch {
    return error.reason.rawValue
  }
}
#else
@inline(never)
func install(
  _ plan: InstallPlan, _ stream: Span<UInt8>, _ memory: UnsafeMutableRawBufferPointer,
  _ boot: inout BootState<DeviceRegion>
) -> UInt8 {
  do throws(InstallError) {
    var installer = try unsafe installer(plan, memory)
    guard try boot.freeSlot(1, for: plan) else { return 1 }
    try installer.push(stream)
    let installed: InlineArray<1, InstalledComponent> = [try installer.finish()]
    try boot.activate(installed.span, in: 1)
    // What the next starts call.
    _ = try boot.begin()
    return try boot.confirm() ? 0 : 1
  } catch {
    return error.reason.rawValue
  }
}
#endif

#if WITH_PATCHES
func installer(
  _ plan: InstallPlan, _ memory: UnsafeMutableRawBufferPointer
) throws(InstallError) -> Installer<DeviceRegion, DeviceRegion, SHA256, Patching> {
  let block = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<4128])
  let room = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[4128..<4128 + Patching.roomBytes])
  let workspace = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[8192...])
  let patching = unsafe Patching(
    from: DeviceRegion(number: 3), UInt32(truncatingIfNeeded: plan.baseSize), into: DeviceRegion(number: 0),
    memory: workspace, room: room)
  return try unsafe Installer(
    plan, into: DeviceRegion(number: 0), journal: DeviceRegion(number: 1), hash: SHA256.self, patching: patching,
    memory: block)
}
#else
func installer(
  _ plan: InstallPlan, _ memory: UnsafeMutableRawBufferPointer
) throws(InstallError) -> Installer<DeviceRegion, DeviceRegion, SHA256, NoPatches> {
  try unsafe Installer(
    plan, into: DeviceRegion(number: 0), journal: DeviceRegion(number: 1), hash: SHA256.self, patching: NoPatches(),
    memory: memory)
}
#endif
#endif

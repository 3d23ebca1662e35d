import AsvinInstaller
import AsvinVerifier
import AsvinDeviceCrypto

/// The installation of an image by the installer of microcontrollers.
@safe
final class StreamInstallation {
  private typealias Patching = TwoSlotPatch<FileRegion, FileRegion>
  private let plan: InstallPlan
  private let block: UnsafeMutableRawBufferPointer
  private let workspace: UnsafeMutableRawBufferPointer
  private let room: UnsafeMutableRawBufferPointer
  private var image: Installer<FileRegion, FileRegion, AsvinDeviceCrypto.SHA256, NoPatches>?
  private var patch: Installer<FileRegion, FileRegion, AsvinDeviceCrypto.SHA256, Patching>?

  /// - Parameters:
  ///   - base: the slot of the running image.
  ///   - memory: the memory that a patch needs in bytes.
  init(
    _ plan: InstallPlan, into target: FileRegion, journal: FileRegion, base: FileRegion, memory: Int
  ) throws(InstallError) {
    self.plan = plan
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(plan.blockBytes, 8), alignment: 8)
    let workspace = UnsafeMutableRawBufferPointer.allocate(byteCount: max(memory, 8), alignment: 8)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Patching.roomBytes, alignment: 8)
    unsafe (self.block, self.workspace, self.room) = (block, workspace, room)
    if plan.isPatch {
      let patching = unsafe Patching(
        from: base, UInt32(truncatingIfNeeded: plan.baseSize), into: target, memory: workspace, room: room)
      patch = try unsafe Installer(
        plan, into: target, journal: journal, hash: AsvinDeviceCrypto.SHA256.self, patching: patching, memory: block)
    } else {
      image = try unsafe Installer(
        plan, into: target, journal: journal, hash: AsvinDeviceCrypto.SHA256.self, patching: NoPatches(), memory: block)
    }
  }

  deinit {
    unsafe block.deallocate()
    unsafe workspace.deallocate()
    unsafe room.deallocate()
  }

  /// The offset in the stream of the next byte.
  var offset: UInt64 {
    switch patch {
    case .some(let installer): return installer.offset
    case nil: break
    }
    switch image {
    case .some(let installer): return installer.offset
    case nil: return 0
    }
  }

  /// Installs the next bytes of the stream.
  func push(_ bytes: [UInt8]) throws(InstallError) {
    if plan.isPatch { try patch?.push(bytes.span) } else { try image?.push(bytes.span) }
  }

  /// Reads the slot back and verifies the image.
  func finish() throws(InstallError) -> InstalledComponent {
    if let installed = plan.isPatch ? try patch?.finish() : try image?.finish() { return installed }
    throw InstallError(.payloadTruncated, at: 0)
  }
}

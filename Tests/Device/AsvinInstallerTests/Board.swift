import AsvinPatch
import AsvinPatchBuilder
import AsvinInstaller
import AsvinVerifier
import AsvinDeviceCrypto

/// A device of two slots and a journal.
final class Board {
  typealias Hash = AsvinDeviceCrypto.SHA256
  static let blockBytes = 512

  let power: Power
  let running: SimulatedRegion
  let spare: SimulatedRegion
  let journal: SimulatedRegion

  init(running image: [UInt8], room: Int? = nil, flavour: FlashFlavour = .plain) {
    power = Power(flavour)
    let blocks = ((room ?? image.count) + Self.blockBytes - 1) / Self.blockBytes + 4
    running = SimulatedRegion(power, blocks: blocks, blockBytes: Self.blockBytes, holding: image)
    spare = SimulatedRegion(power, blocks: blocks, blockBytes: Self.blockBytes)
    journal = SimulatedRegion(power, blocks: 2, blockBytes: 4096)
  }

  /// What the spare slot holds.
  func spareBytes(_ count: Int) -> [UInt8] { Array(spare.memory.bytes[..<count]) }

  /// Installs a plan's stream into the spare slot, in pieces, from where the installer wants it.
  ///
  /// - Parameter begun: called when the installer is made, before it writes to the slot.
  func install(
    _ plan: InstallPlan, _ stream: [UInt8], pieces: Int = 100, base: Int = 0, memory: Int = 0,
    begun: () throws(InstallError) -> Void = {}
  ) throws(InstallError) -> InstalledComponent {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(plan.blockBytes, 1), alignment: 8)
    defer { unsafe block.deallocate() }
    if !plan.isPatch {
      var installer = try unsafe Installer(
        plan, into: spare, journal: journal, hash: Hash.self, patching: NoPatches(), memory: block)
      try begun()
      return try Self.run(&installer, stream, pieces)
    }
    let workspace = UnsafeMutableRawBufferPointer.allocate(byteCount: memory, alignment: 8)
    defer { unsafe workspace.deallocate() }
    typealias Patching = TwoSlotPatch<SimulatedRegion, SimulatedRegion>
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Patching.roomBytes, alignment: 8)
    defer { unsafe room.deallocate() }
    let patching = unsafe Patching(from: running, UInt32(base), into: spare, memory: workspace, room: room)
    var installer = try unsafe Installer(
      plan, into: spare, journal: journal, hash: Hash.self, patching: patching, memory: block)
    try begun()
    return try Self.run(&installer, stream, pieces)
  }

  static func run<Target: FlashRegion, Patching: PatchApplying & ~Copyable>(
    _ installer: inout Installer<Target, SimulatedRegion, Hash, Patching>, _ stream: [UInt8], _ pieces: Int
  ) throws(InstallError) -> InstalledComponent {
    var place = Int(installer.offset)
    while place < stream.count {
      let end = min(place + pieces, stream.count)
      try installer.push(stream.span.extracting(place..<end))
      place = end
    }
    return try installer.finish()
  }
}

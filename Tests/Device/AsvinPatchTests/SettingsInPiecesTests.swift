import AsvinPatch
import Testing

@testable import AsvinPatchBuilder

@Suite("Settings of a patch that comes in pieces")
struct SettingsInPiecesTests {
  @Test(arguments: 0...8)
  func `A patch that states all its regions gives the same result in pieces of any size`(count: UInt32) throws {
    var settings = PatchSettings()
    (settings.oldSize, settings.newSize) = (UInt32(LyingPatch.old.count), UInt32(LyingPatch.new.count))
    for index in 0..<count {
      // The segments of an ESP32's image.
      let addresses: [UInt32] = [
        0x3F40_0020, 0x3FFB_0000, 0x4008_0000, 0x400D_0020, 0x4008_A5C4, 0x400C_0000, 0x5000_0000, 0x3FF8_0000,
      ]
      settings.layout.append(
        Region(
          old: .init(offset: index * 0x8000 + 24, length: 0x7FF0 - index, address: addresses[Int(index)]),
          new: .init(offset: index * 0x8010 + 24, length: 0x7FF4 + index, address: addresses[Int(index)])))
    }
    let plan = Plan(covers: [], settings: settings, profile: .tiny)
    let header = PatchHeader(profile: .tiny, base: 0, result: 0)
    let patch =
      (0..<header.byteCount).map { header.bytes[$0] }
      + PatchWriter(old: LyingPatch.old, new: LyingPatch.new).bytes(plan)
    for size in [Int.max, 64, 1] {
      let applied = try LyingPatchTests.apply(patch, maximum: 1 << 20, pieces: size)
      #expect(applied == .init(reason: nil, bytes: LyingPatch.new), "\(size)")
    }
  }
}

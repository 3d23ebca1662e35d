import AsvinInstaller
import Testing

/// Threat T19: the power goes at every operation of the flash, and goes again.
@Suite("Power cuts")
struct PowerCutTests {
  static let old = InstallTests.noise(3000, seed: 11)
  static let new = Array(old[..<1000]) + InstallTests.noise(200, seed: 12) + Array(old[1100...])

  /// Cuts at every operation; gives back how many there are.
  static func cutEverywhere(_ flow: () throws -> UpdateFlow) throws -> Int {
    let whole = try flow()
    whole.run()
    let operations = whole.board.power.operations
    for cut in 1...operations {
      try flow().run(cutAt: cut)
      for second in [1, 2, 7] { try flow().run(cutAt: cut, then: second) }
    }
    return operations
  }

  @Test(
    "An image, plain and sealed, ends as the new one, and what starts is always whole",
    arguments: [nil, 9] as [UInt64?])
  func image(chunk: UInt64?) throws {
    let update = try Update(image: Self.new, chunk: chunk)
    let cuts = try Self.cutEverywhere { try UpdateFlow(update, over: Self.old) }
    #expect(cuts > 20)
  }

  @Test("A patch ends as the new image, and what starts is always whole")
  func patch() throws {
    let update = try Update(from: Self.old, to: Self.new)
    let cuts = try Self.cutEverywhere { try UpdateFlow(update, over: Self.old) }
    #expect(cuts > 20)
  }

  @Test("An update that does not confirm itself is reverted, and the floor stays")
  func revert() throws {
    let update = try Update(image: Self.new)
    let cuts = try Self.cutEverywhere { try UpdateFlow(update, over: Self.old, confirms: false) }
    #expect(cuts > 20)
  }
}

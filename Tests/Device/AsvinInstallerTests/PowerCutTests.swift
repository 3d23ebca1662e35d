import AsvinInstaller
import Testing

/// Threat T19: power is lost at every operation of the flash, and again soon after.
@Suite("Power cuts")
struct PowerCutTests {
  static let old = InstallTests.noise(3000, seed: 11)
  static let new = Array(old[..<1000]) + InstallTests.noise(200, seed: 12) + Array(old[1100...])

  /// Cuts at every operation; returns how many there are.
  static func cutEverywhere(again: [Int] = [1, 2, 7], _ flow: () throws -> UpdateFlow) throws -> Int {
    let complete = try flow()
    complete.run()
    let operations = complete.board.power.operations
    for cut in 1...operations {
      try flow().run(cutAt: cut)
      for second in again { try flow().run(cutAt: cut, then: second) }
    }
    return operations
  }

  @Test(arguments: [nil, 9] as [UInt64?], UpdateFlow.Loader.allCases)
  func `An image, plain and sealed, ends as the new one, and what starts is always intact`(
    chunk: UInt64?, loader: UpdateFlow.Loader
  ) throws {
    let update = try Update(image: Self.new, chunk: chunk)
    let cuts = try Self.cutEverywhere { try UpdateFlow(update, over: Self.old, loader: loader) }
    #expect(cuts > 15)
  }

  @Test(arguments: UpdateFlow.Loader.allCases)
  func `A patch ends as the new image, and what starts is always intact`(loader: UpdateFlow.Loader) throws {
    let update = try Update(from: Self.old, to: Self.new)
    let cuts = try Self.cutEverywhere { try UpdateFlow(update, over: Self.old, loader: loader) }
    #expect(cuts > 15)
  }

  @Test(arguments: UpdateFlow.Loader.allCases)
  func `An update that does not confirm itself is reverted, and the floor stays`(loader: UpdateFlow.Loader) throws {
    let update = try Update(image: Self.new)
    let cuts = try Self.cutEverywhere { try UpdateFlow(update, over: Self.old, confirms: false, loader: loader) }
    #expect(cuts > 15)
  }

  @Test(arguments: FlashFlavour.all)
  func `On flash whose cut words cannot be read, every cut ends as the new image`(flavour: FlashFlavour) throws {
    for (update, loader) in [
      (try Update(image: Self.new), UpdateFlow.Loader.asksTheState),
      (try Update(from: Self.old, to: Self.new), .hasItsOwnRecord),
    ] {
      let cuts = try Self.cutEverywhere(again: [2]) {
        try UpdateFlow(update, over: Self.old, loader: loader, flavour: flavour)
      }
      #expect(cuts > 15)
    }
  }
}

import AsvinCrypto
import AsvinInstaller
import AsvinVerifier
import AsvinManifest
import Testing

/// Threat T20: the outcome of each single decision is flipped, one after the other; none alone lets a bad release in.
@Suite("Single faults")
struct GlitchTests {
  static let image = InstallTests.noise(1400, seed: 51)

  /// Tries every single flip; gives back how many decisions there were in a run without one.
  static func flipEach(_ body: () throws -> Void) -> Int {
    let whole = Glitch(at: .max)
    Glitch.$current.withValue(whole) { _ = try? body() }  // that it is refused is what all the others show, too
    for target in 0...whole.answers {
      Glitch.$current.withValue(Glitch(at: target)) {
        #expect(throws: (any Error).self, "decision \(target)") { try body() }
      }
    }
    return whole.answers
  }

  @Test func `A forged signature, another vendor's release and a rollback stay refused`() throws {
    var update = try Update(image: Self.image)
    let forged = update.forged()
    #expect(Self.flipEach { _ = try forged.plan() } > 0)
    #expect(Self.flipEach { _ = try update.plan(floor: 8) } > 2)
    #expect(Self.flipEach { _ = try update.plan(floor: 9) } > 2)
    update = try Update(image: Self.image, sequence: 8, vendor: Identifier.vendor(domain: "example.org"))
    #expect(Self.flipEach { _ = try update.plan() } > 2)
  }

  @Test(arguments: [nil, 9] as [UInt64?])
  func `A changed stream and a changed slot stay refused`(chunk: UInt64?) throws {
    let update = try Update(image: Self.image, chunk: chunk)
    let plan = try update.plan()
    for index in [0, 700, update.stream.count - 1] {
      var changed = update.stream
      changed[index] ^= 4
      #expect(Self.flipEach { _ = try Board(running: Self.image).install(plan, changed) } > 0)
    }
  }

  @Test func `A release below the floor is not activated`() throws {
    let components = [try BootStateTests.component(sequence: 8)]
    let flips = Self.flipEach {
      var state = BootStateTests.state(BootStateTests.region(), floor: 8)
      try state.activate(components.span, in: 1)
    }
    #expect(flips > 0)
  }
}

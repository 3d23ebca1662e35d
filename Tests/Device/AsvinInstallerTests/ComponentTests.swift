import AsvinInstaller
import AsvinVerifier
import Testing

/// Threat T7: all of a release is installed, or none.
@Suite("Releases of several components")
struct ComponentTests {
  static let image = InstallTests.noise(700, seed: 71)

  /// The components of a release, each read back from a slot.
  static func installed(_ sequence: UInt64, slots: [UInt64]) throws -> [InstalledComponent] {
    let update = try Update(image: image, sequence: sequence, slots: slots)
    return try slots.map { slot in
      try Board(running: image).install(update.plan(slot: slot), update.stream)
    }
  }

  static func reason(_ components: [InstalledComponent]) -> Reason? {
    var state = BootStateTests.state(BootStateTests.region())
    defer { #expect((state.phase == .pending) == (state.candidate != nil)) }
    return InstallTests.reason { try state.activate(components.span, in: 1) }
  }

  @Test func `All components of a release are activated together, in any order`() throws {
    let components = try Self.installed(8, slots: [0, 1, 5])
    #expect(Self.reason(components) == nil)
    #expect(Self.reason(components.reversed()) == nil)
  }

  @Test func `If a component is missing or occurs twice, nothing is activated`() throws {
    let components = try Self.installed(8, slots: [0, 1, 5])
    let wrong: [[Int]] = [
      [], [0], [1], [2], [0, 1], [1, 2], [0, 0], [0, 0, 0], [0, 1, 1], [2, 1, 2], [0, 1, 2, 0],
    ]
    for places in wrong {
      #expect(Self.reason(places.map { components[$0] }) == .componentMissing, "\(places)")
    }
  }

  @Test func `Components of two releases are not activated together`() throws {
    let (first, second) = (try Self.installed(8, slots: [0, 1]), try Self.installed(9, slots: [0, 1]))
    #expect(Self.reason([first[0], second[1]]) == .componentMissing)
  }
}

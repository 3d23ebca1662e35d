import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Lint", .usesScratch)
struct LintTests {
  static func blink() throws -> [UInt8] { try HostileReleaseTests.readFile(SigningFixture.blink) }

  static let board = SigningFixture.defaultProject + "\ntemplate: esp8266"

  @Test func `A right image for its board passes`() throws {
    try SigningFixture.with(project: Self.board, image: Self.blink()) { fixture in
      let found = try fixture.rules()
      #expect(found == [])
    }
  }

  @Test func `Every finding has a message and a hint, and stops signing with nothing written`() throws {
    try SigningFixture.with(project: Self.board) { fixture in
      let findings = try fixture.lint()
      #expect(findings.map(\.rule) == [.format])
      #expect(findings.allSatisfy { !$0.message.isEmpty && !$0.hint.isEmpty })
      let before = try fixture.scratch.files()
      let failure = failure { try fixture.sign() }
      #expect(failure?.kind == .rejected && failure?.hint != nil)
      #expect(try fixture.scratch.files() == before)
    }
  }

  @Test func `A rule that may be broken is not reported`() throws {
    try SigningFixture.with(project: Self.board) { fixture in
      let found = try fixture.rules { $0.allowed = [.format] }
      #expect(found == [])
    }
  }

  @Test func `An image larger than its slot`() throws {
    let template = "slots:\n  0:\n    size: 271\n"
    try SigningFixture.with(image: Self.blink()) { fixture in
      try fixture.scratch.write(Array(template.utf8), to: "small.yaml")
      #expect(try fixture.rules { $0.template = "small.yaml" } == [.slot])
    }
  }

  @Test func `A slot that the board does not have`() throws {
    try SigningFixture.with(project: Self.board, image: Self.blink()) { fixture in
      let found = try fixture.rules { $0.slots = [4: "firmware.bin"] }
      #expect(found == [.slot])
    }
  }

  @Test func `An image for another chip than the template's`() throws {
    try SigningFixture.with(image: Self.blink()) { fixture in
      let findings = try fixture.lint { $0.template = "esp32" }
      #expect(findings.map(\.rule) == [.chip, .format])
    }
  }

  @Test func `A checksum inside the image that is wrong`() throws {
    var image = try Self.blink()
    image[100] ^= 1
    try SigningFixture.with(project: Self.board, image: image) { fixture in
      let found = try fixture.rules()
      #expect(found == [.integrity])
    }
  }

  @Test func `A sequence number and a version that are not above the last published`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      _ = try fixture.publish(output)
      func rules(_ version: String) throws -> [LintRule] {
        try fixture.lint {
          ($0.group, $0.destination, $0.version) = ("group", "dir:releases", version)
        }.map(\.rule)
      }
      #expect(try rules("1.2.3") == [.rollback, .rollback])
      #expect(try rules("1.2.2") == [.rollback, .rollback])
      #expect(try rules("1.2.4") == [])
    }
  }

  @Test func `Releases of another class in the group do not count`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      _ = try fixture.publish(output)
      let findings = try fixture.lint {
        ($0.group, $0.destination, $0.deviceClass) = ("group", "dir:releases", "other")
      }
      #expect(findings.isEmpty)
    }
  }
}

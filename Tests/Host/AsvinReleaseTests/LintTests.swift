import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Lint", .usesScratch)
struct LintTests {
  static func blink() throws -> [UInt8] { try HostileReleaseTests.readFile(Workshop.blink) }

  static let board = Workshop.defaultProject + "\ntemplate: esp8266"

  @Test("A right image for its board passes")
  func passes() throws {
    try Workshop.with(project: Self.board, image: Self.blink()) { workshop in
      let found = try workshop.rules()
      #expect(found == [])
    }
  }

  @Test("Every finding has a message and a hint, and stops signing with nothing written")
  func stopsSigning() throws {
    try Workshop.with(project: Self.board) { workshop in
      let findings = try workshop.lint()
      #expect(findings.map(\.rule) == [.format])
      #expect(findings.allSatisfy { !$0.message.isEmpty && !$0.hint.isEmpty })
      let before = try workshop.scratch.files()
      let failure = failure { try workshop.sign() }
      #expect(failure?.kind == .rejected && failure?.hint != nil)
      #expect(try workshop.scratch.files() == before)
    }
  }

  @Test("A rule that may be broken is not reported")
  func allowed() throws {
    try Workshop.with(project: Self.board) { workshop in
      let found = try workshop.rules { $0.allowed = [.format] }
      #expect(found == [])
    }
  }

  @Test("An image larger than its slot")
  func tooLarge() throws {
    let template = "slots:\n  0:\n    size: 271\n"
    try Workshop.with(image: Self.blink()) { workshop in
      try workshop.scratch.write(Array(template.utf8), to: "small.yaml")
      #expect(try workshop.rules { $0.template = "small.yaml" } == [.slot])
    }
  }

  @Test("A slot that the board does not have")
  func unknownSlot() throws {
    try Workshop.with(project: Self.board, image: Self.blink()) { workshop in
      let found = try workshop.rules { $0.slots = [4: "firmware.bin"] }
      #expect(found == [.slot])
    }
  }

  @Test("An image for another chip than the template's")
  func wrongChip() throws {
    try Workshop.with(image: Self.blink()) { workshop in
      let findings = try workshop.lint { $0.template = "esp32" }
      #expect(findings.map(\.rule) == [.chip, .format])
    }
  }

  @Test("A checksum inside the image that is wrong")
  func wrongChecksum() throws {
    var image = try Self.blink()
    image[100] ^= 1
    try Workshop.with(project: Self.board, image: image) { workshop in
      let found = try workshop.rules()
      #expect(found == [.integrity])
    }
  }

  @Test("A sequence number and a version that are not above the last published")
  func rollback() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      _ = try workshop.publish(output)
      func rules(_ version: String) throws -> [LintRule] {
        try workshop.lint {
          ($0.group, $0.destination, $0.version) = ("group", "dir:releases", version)
        }.map(\.rule)
      }
      #expect(try rules("1.2.3") == [.rollback, .rollback])
      #expect(try rules("1.2.2") == [.rollback, .rollback])
      #expect(try rules("1.2.4") == [])
    }
  }

  @Test("Releases of another class in the group do not count")
  func otherClass() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      _ = try workshop.publish(output)
      let findings = try workshop.lint {
        ($0.group, $0.destination, $0.deviceClass) = ("group", "dir:releases", "other")
      }
      #expect(findings.isEmpty)
    }
  }
}

import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Files of another role, and a framework's names", .usesScratch)
struct RoleTests {
  static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  static func text(_ text: String, _ count: Int) -> [UInt8] {
    Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
  }

  /// An image for the ESP32-C3 without a digest.
  static func image(_ segments: [(UInt32, [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = [0xE9, UInt8(segments.count), 2, 0x20] + word(0x4038_0000) + [0xEE, 0, 0, 0, 5, 0]
    bytes += [UInt8](repeating: 0, count: 10)
    var check: UInt8 = 0xEF
    for (address, data) in segments {
      bytes += word(address) + word(UInt32(data.count)) + data
      for byte in data { check ^= byte }
    }
    return bytes + [UInt8](repeating: 0, count: 15 - bytes.count % 16) + [check]
  }

  static func application(version: String, name: String, framework: String = "v4.4.6-dirty") -> [UInt8] {
    let descriptor =
      word(0xABCD_5432) + [UInt8](repeating: 0, count: 12) + text(version, 32) + text(name, 32) + text("16:40:08", 16)
      + text("Oct  4 2023", 16) + text(framework, 32) + [UInt8](repeating: 7, count: 32)
      + [UInt8](repeating: 0, count: 80)
    return image([(0x3C02_0020, descriptor), (0x4200_0020, SigningFixture.noise(800))])
  }

  static let bootloader = image([
    (0x3FCD_6000, SigningFixture.noise(200)), (0x403C_E000, SigningFixture.noise(400, seed: 2)),
  ])
  static let arduino = application(version: "esp-idf: v4.4.6 3572900934", name: "arduino-lib-builder")
  static let factory: [UInt8] = {
    var flash = [UInt8](repeating: 0xFF, count: 0x1_0000)
    flash.replaceSubrange(0..<bootloader.count, with: bootloader)
    let entry = [0xAA, 0x50, 0, 0x10] + word(0x1_0000) + word(0x14_0000) + text("app0", 20)
    flash.replaceSubrange(0x8000..<0x8020, with: entry)
    return flash + arduino
  }()

  @Test(arguments: ["esp32c3", nil])
  func `A bootloader is refused by its role, with a template and without one`(template: String?) throws {
    try SigningFixture.using(image: Self.bootloader) { (fixture: SigningFixture) throws in
      let findings = try fixture.lint { $0.template = template }
      #expect(findings.map(\.rule) == [.role])
      #expect(findings.first?.message.contains("a bootloader") == true)
      #expect(try fixture.rules { ($0.template, $0.allowed) = (template, [.role]) } == [])
    }
  }

  @Test(arguments: ["esp32c3", nil])
  func `A complete flash image is refused by its role, with the application's offset`(template: String?) throws {
    try SigningFixture.using(image: Self.factory) { (fixture: SigningFixture) throws in
      let findings = try fixture.lint { $0.template = template }
      #expect(findings.map(\.rule) == [.role])
      #expect(findings.first?.hint.contains("0x10000") == true)
      #expect(failure { try fixture.sign { $0.release.template = template } }?.kind == .rejected)
    }
  }

  @Test func `A further slot takes any role, and the one that its template names only`() throws {
    try SigningFixture.using(image: Self.arduino) { (fixture: SigningFixture) throws in
      try fixture.scratch.write(Self.bootloader, to: "boot.bin")
      try fixture.scratch.write(
        Array("slots:\n  0:\n    size: 1M\n  1:\n    size: 1M\n    role: bootloader\n".utf8), to: "board.yaml")
      #expect(try fixture.rules { $0.slots = [1: "boot.bin"] } == [])
      #expect(try fixture.rules { ($0.slots, $0.template) = ([1: "boot.bin"], "board.yaml") } == [])
      #expect(try fixture.rules { ($0.slots, $0.template) = ([1: "firmware.bin"], "board.yaml") } == [.role])
    }
  }

  @Test func `A framework's name and version are not the product's`() throws {
    try SigningFixture.using(image: Self.arduino) { (fixture: SigningFixture) throws in
      let report = try fixture.sign()
      #expect(report.release.name == "firmware")
      #expect(report.release.version == "1.2.3")
      #expect(report.image?.notes.contains { $0.contains("arduino-lib-builder") } == true)
      #expect(report.image?.notes.contains { $0.contains("v4.4.6") } == true)
      // Neither does it contradict the version that is asked for.
      #expect(try fixture.rules { $0.version = "2.0.0" } == [])
    }
  }

  @Test func `A version in the image that cannot be a release's is a finding, unless one is asked for`() throws {
    for version in ["release 7", "\u{C3}\u{A4}7", "1.0/beta"] {
      try SigningFixture.using(image: Self.application(version: version, name: "thing")) {
        (fixture: SigningFixture) throws in
        #expect(try fixture.rules() == [.version])
        #expect(try fixture.rules { $0.version = "2.0.0" } == [])
      }
    }
    try SigningFixture.using(image: Self.application(version: "", name: "thing")) { (fixture: SigningFixture) throws in
      #expect(try fixture.rules() == [])
    }
  }
}

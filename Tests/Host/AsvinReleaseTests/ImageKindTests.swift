import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Files that are not images", .usesScratch)
struct ImageKindTests {
  static let gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + SigningFixture.noise(500)
  static let squashfs: [UInt8] =
    Array("hsqs".utf8) + [UInt8](repeating: 0, count: 36) + [0, 16] + [UInt8](repeating: 0, count: 4054)
  static let script = Array("#!/bin/sh\nexit 0\n".utf8)
  static let fat: [UInt8] = {
    var sector = [UInt8](repeating: 0, count: 4096)
    sector.replaceSubrange(0..<3, with: [0xEB, 0x3C, 0x90])
    sector.replaceSubrange(11..<17, with: [0, 2, 1, 1, 0, 2])
    sector.replaceSubrange(54..<62, with: Array("FAT16   ".utf8))
    sector.replaceSubrange(510..<512, with: [0x55, 0xAA])
    return sector
  }()

  @Test(arguments: [gzip, script])
  func `A container, a text and an archive are refused by name, with the way around`(image: [UInt8]) throws {
    try SigningFixture.using(image: image) { (fixture: SigningFixture) throws in
      let findings = try fixture.lint()
      #expect(findings.map(\.rule) == [.format])
      #expect(findings[0].message.contains(image == Self.gzip ? "a gzip file" : "a script"))
      #expect(findings[0].hint.contains("--allow format"))
      #expect(failure { try fixture.sign() }?.kind == .rejected)
      let report = try fixture.sign { $0.release.allowed = [.format] }
      #expect(report.image?.format == (image == Self.gzip ? "gzip" : "script"))
      let inspected = try Inspection(file: report.output).run(in: fixture.environment)
      #expect(inspected.image?.format == report.image?.format)
    }
  }

  @Test func `A bundle and a patch are refused as the image of a further slot`() throws {
    try SigningFixture.using { (fixture: SigningFixture) throws in
      let output = try fixture.sign().output
      try fixture.scratch.write([0xD7, 0x10] + SigningFixture.noise(90), to: "patch")
      for (file, words) in [(output, "a signed bundle"), ("patch", "a patch")] {
        let findings = try fixture.lint { $0.slots = [1: file] }
        #expect(findings.map(\.rule) == [.format])
        #expect(findings.first?.message.contains(words) == true)
      }
    }
  }

  @Test func `A root file system is an image, compressed or not, and a gzip is one for a Linux gateway`() throws {
    try SigningFixture.using(image: Self.squashfs) { (fixture: SigningFixture) throws in
      #expect(try fixture.rules() == [])
      #expect(try fixture.rules { $0.template = "linux-gateway" } == [])
      #expect(try fixture.rules { $0.template = "stm32" } == [.format])
      let report = try fixture.sign()
      #expect(report.image?.format == "squashfs")
    }
    try SigningFixture.using(image: Self.gzip) { (fixture: SigningFixture) throws in
      #expect(try fixture.rules { $0.template = "linux-gateway" } == [])
      #expect(try fixture.rules { $0.template = "nrf52840" } == [.format])
    }
    try SigningFixture.using(image: Self.script) { (fixture: SigningFixture) throws in
      #expect(try fixture.rules { $0.template = "linux-gateway" } == [.format])
    }
  }

  @Test func `A file system that was cut is refused`() throws {
    try SigningFixture.using(image: Array(Self.squashfs.dropLast())) { (fixture: SigningFixture) throws in
      #expect(try fixture.rules() == [.integrity])
    }
  }

  @Test func `A data partition is refused by its role in slot 0, and accepted where the slot lists it`() throws {
    try SigningFixture.using(image: Self.fat) { (fixture: SigningFixture) throws in
      for template in [nil, "stm32", "esp32", "rp2040"] {
        let findings = try fixture.lint { $0.template = template }
        #expect(findings.map(\.rule) == [.role])
        #expect(findings.first?.message.contains("a FAT file system") == true)
      }
      try fixture.scratch.write(Self.squashfs, to: "root")
      let findings = try fixture.lint("root") {
        ($0.template, $0.slots) = ("linux-gateway", [1: "firmware.bin"])
      }
      #expect(findings.isEmpty)
    }
  }

  @Test(arguments: [UInt8(1), 2, 3, 4])
  func `An ELF object, and an ELF for Linux, are refused by name`(type: UInt8) throws {
    var elf: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, type == 2 ? 3 : 0] + [UInt8](repeating: 0, count: 56)
    elf[16] = type
    try SigningFixture.using(image: elf) { (fixture: SigningFixture) throws in
      let findings = try fixture.lint()
      #expect(findings.map(\.rule) == [.format])
      #expect(findings.first?.message.contains("an ELF") == true)
    }
  }

  @Test func `A damaged container is refused by name and line, also where its format is allowed`() throws {
    let text = "S1070000AABBCCDDEA\nS1070004AABBCCDDE8\nS9030000FC\n"
    try SigningFixture.using(image: Array(text.utf8)) { (fixture: SigningFixture) throws in
      let failure = failure { try fixture.sign { $0.release.allowed = [.format] } }
      #expect(failure?.kind == .rejected)
      #expect(failure?.message.contains("a Motorola S-record file") == true)
      #expect(failure?.message.contains("line 2") == true)
    }
  }

  @Test func `A slot that accepts only MCUboot images explains how to make one`() throws {
    try SigningFixture.using { (fixture: SigningFixture) throws in
      try fixture.scratch.write(Array("slots:\n  0:\n    size: 64K\n    formats: mcuboot\n".utf8), to: "board.yaml")
      let findings = try fixture.lint { $0.template = "board.yaml" }
      #expect(findings.map(\.rule) == [.format])
      #expect(findings.first?.hint.contains("imgtool") == true)
    }
  }
}

import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Containers with several images", .usesScratch)
struct ContainerTests {
  /// 16 bytes at 0x10, and 4 bytes in UICR.
  static let hex = Array(
    """
    :10001000000102030405060708090A0B0C0D0E0F68
    :020000041000EA
    :041014000040070091
    :00000001FF

    """.utf8)
  static let code = [UInt8](0..<16)

  @Test func `The error lists every range, with an option that chooses it`() throws {
    try SigningFixture.using(image: Self.hex) { (fixture: SigningFixture) throws in
      let failure = failure { try fixture.sign() }
      #expect(failure?.message.contains("0x10-0x1f (16 bytes), 0x10001014-0x10001017 (4 bytes)") == true)
      #expect(failure?.message.contains("broken") == false)
      #expect(failure?.hint?.contains("--range 0x10-0x1f") == true)
    }
  }

  @Test func `A range selects the data of each slot, and the report lists the data that is left out`() throws {
    try SigningFixture.using(image: Self.hex) { (fixture: SigningFixture) throws in
      let report = try fixture.sign {
        $0.release.slots = [1: "firmware.bin"]
        $0.release.ranges = [0: "0x0-0xFFFF", 1: "0x10000000-0x10001FFF"]
      }
      #expect(report.images.map(\.size) == [16, 4])
      #expect(report.images.map(\.container) == ["intel-hex", "intel-hex"])
      #expect(report.image?.leftOut.map(\.first) == [0x1000_1014])
      let output = try Extraction(
        BundleVerification(bundle: report.output, trust: [fixture.publicKey("ed25519")]), slot: 0, output: "out",
        force: false
      ).run(in: fixture.environment).output
      #expect(try fixture.scratch.read(output) == Self.code)
    }
  }

  @Test func `The template's slot chooses the data at its addresses`() throws {
    try SigningFixture.using(image: Self.hex) { (fixture: SigningFixture) throws in
      let report = try fixture.sign { $0.release.template = "nrf52840" }
      #expect(report.image?.size == 16)
      #expect(report.image?.leftOut.count == 1)
    }
  }

  @Test func `The project file can also choose a range`() throws {
    let project = SigningFixture.defaultProject + "\nrange: 0x0-0xFFFF\n"
    try SigningFixture.using(project: project, image: Self.hex) { (fixture: SigningFixture) throws in
      #expect(try fixture.sign().image?.size == 16)
    }
  }

  @Test(arguments: ["9-1", "x", "0x10", ""])
  func `A text that is not a range is a usage error`(range: String) throws {
    try SigningFixture.using(image: Self.hex) { (fixture: SigningFixture) throws in
      let failed = failure { try fixture.sign { $0.release.ranges = [0: range] } }
      #expect(failed?.kind == .usage)
    }
  }

  @Test func `A choice without effect is a usage error`() throws {
    try SigningFixture.using { (fixture: SigningFixture) throws in
      let plain = failure { try fixture.sign { $0.release.ranges = [0: "0x0-0xFF"] } }
      #expect(plain?.kind == .usage)
      let family = failure { try fixture.sign { $0.release.families = [0: "rp2040"] } }
      #expect(family?.kind == .usage)
      let absent = failure { try fixture.sign { $0.release.ranges = [3: "0x0-0xFF"] } }
      #expect(absent?.kind == .usage)
    }
  }

  @Test func `A range without data is refused, and the error lists the ranges with data`() throws {
    try SigningFixture.using(image: Self.hex) { (fixture: SigningFixture) throws in
      let failed = failure { try fixture.sign { $0.release.ranges = [0: "0x8000-0x9000"] } }
      #expect(failed?.kind == .rejected)
      #expect(failed?.message.contains("its data is at 0x10-0x1f") == true)
    }
  }

  @Test func `Inspecting shows all ranges without a choice, and the gap of an image with one`() throws {
    try SigningFixture.using(image: Self.hex) { (fixture: SigningFixture) throws in
      let report = try Inspection(file: "firmware.bin").run(in: fixture.environment)
      #expect(report.image?.ranges.map(\.first) == [0x10, 0x1000_1014])
      #expect(report.image?.format == "intel-hex")
      let near = Array("@F000\n01 02\n@F008\n03\nq\n".utf8)
      try fixture.scratch.write(near, to: "near.txt")
      let flat = try Inspection(file: "near.txt").run(in: fixture.environment)
      #expect(flat.image?.ranges.map(\.last) == [0xF001, 0xF008])
      #expect(flat.image?.gapBytes == 6)
      #expect(flat.image?.container == "ti-txt")
    }
  }

  @Test func `A range is also chosen from a patch's base`() throws {
    try SigningFixture.using(image: Self.hex) { (fixture: SigningFixture) throws in
      try fixture.scratch.write(Self.hex, to: "old.hex")
      let report = try fixture.sign {
        $0.release.ranges = [0: "0x0-0xFFFF"]
        $0.bases = ["old.hex"]
      }
      #expect(report.image?.size == 16)
    }
  }
}

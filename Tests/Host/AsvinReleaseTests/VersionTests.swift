import AsvinHost
import AsvinFixtures
import AsvinManifest
import AsvinRelease
import Testing

@Suite("Names, versions and sequence numbers", .usesScratch)
struct VersionTests {
  @Test(
    arguments: [
      ("1", 1 << 24), ("1.4", 1 << 24 | 4 << 12), ("1.4.7", 1 << 24 | 4 << 12 | 7), ("0.0.1", 1),
      ("4095.4095.4095", (1 << 36) - 1),
    ] as [(String, UInt64)])
  func `A sequence number is derived from one to three numeric parts`(version: String, sequence: UInt64) {
    #expect(Name(version)?.derivedSequence == sequence)
  }

  @Test(arguments: ["1.2.3.4", "4096", "1.0-rc1", "1.", "v1", "1.2+5"])
  func `No sequence number is derived from any other version`(version: String) {
    #expect(Name(version)?.derivedSequence == nil)
  }

  @Test func `A version of YAML is text: 1.10 comes after 1.9`() throws {
    let project = SigningFixture.defaultProject.replacing("1.2.3", with: "1.10")
    try SigningFixture.with(project: project) { fixture in
      let report = try fixture.sign()
      #expect(report.release.version == "1.10")
      #expect(report.release.sequence == 1 << 24 | 10 << 12)
    }
  }

  @Test
  func `The option comes before the environment, that before the project, that before the source tree`() throws {
    try SigningFixture.with { fixture in
      fixture.environment.describeSource = { "9.0.0" }
      #expect(try fixture.sign { $0.output = "a" }.release.version == "1.2.3")
      fixture.environment.variables["ASVIN_PACK_VERSION"] = "3.0.0"
      #expect(try fixture.sign { $0.output = "b" }.release.version == "3.0.0")
      let report = try fixture.sign {
        $0.output = "c"
        $0.release.version = "4.0.0"
      }
      #expect(report.release.version == "4.0.0")
    }
  }

  @Test func `The source tree gives the version where nothing else does`() throws {
    let project = SigningFixture.defaultProject.replacing("version: 1.2.3\n", with: "")
    try SigningFixture.with(project: project) { fixture in
      fixture.environment.describeSource = { "9.0.0" }
      let found = try fixture.sign().release.version
      #expect(found == "9.0.0")
    }
  }

  @Test func `The name is the option's, else the file's`() throws {
    try SigningFixture.with { fixture in
      let plain = try fixture.sign()
      #expect(plain.release.name == "firmware")
      let report = try fixture.sign {
        $0.output = "b"
        $0.release.name = "esp-ota-blink"
      }
      #expect(report.release.name == "esp-ota-blink")
    }
  }

  @Test func `Sequence number 0 is refused: no device's floor is below it`() throws {
    try SigningFixture.with { fixture in
      #expect(failure { try fixture.sign { $0.release.version = "0.0.0" } }?.kind == .usage)
    }
  }
}

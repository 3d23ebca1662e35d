import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Signing", .usesScratch)
struct SigningTests {
  @Test func `A project file makes a bundle with no options at all`() throws {
    try SigningFixture.with { fixture in
      let report = try fixture.sign()
      #expect(report.output == "firmware-1.2.3.asvin")
      #expect(try fixture.verify(report.output).isAccepted)
    }
  }

  @Test(arguments: ["ed25519", "ecdsa-p256"])
  func `A release signed with either algorithm is accepted`(algorithm: String) throws {
    try SigningFixture.with { fixture in
      let key = fixture.key(algorithm)
      let report = try fixture.sign { $0.keys = [key] }
      let trusted = fixture.publicKey(algorithm)
      #expect(try fixture.verify(report.output) { $0.trust = [trusted] }.isAccepted)
      #expect(report.envelopeBytes <= 320)
    }
  }

  @Test(arguments: ["ed25519", "ecdsa-p256"])
  func `The same inputs and SOURCE_DATE_EPOCH give the same bytes`(algorithm: String) throws {
    try SigningFixture.with { fixture in
      fixture.environment.variables["SOURCE_DATE_EPOCH"] = "1700000000"
      let key = fixture.key(algorithm)
      for name in ["a", "b"] {
        let report = try fixture.sign {
          $0.keys = [key]
          $0.output = name
        }
        #expect(report.release.created == 1_700_000_000)
      }
      #expect(try fixture.scratch.read("a") == fixture.scratch.read("b"))
    }
  }

  @Test func `No time is recorded unless one is asked for`() throws {
    try SigningFixture.with { fixture in
      let found = try fixture.sign().release.created
      #expect(found == nil)
    }
  }

  @Test func `An existing file is refused, left as it is, and replaced with force`() throws {
    try SigningFixture.with { fixture in
      try fixture.scratch.write([1], to: "out")
      #expect(failure { try fixture.sign { $0.output = "out" } }?.kind == .cannotWrite)
      #expect(try fixture.scratch.read("out") == [1])
      try fixture.sign {
        $0.output = "out"
        $0.force = true
      }
      #expect(try fixture.verify("out").isAccepted)
    }
  }

  @Test func `The input is never changed`() throws {
    try SigningFixture.with { fixture in
      let before = try fixture.scratch.read("firmware.bin")
      try fixture.sign()
      #expect(try fixture.scratch.read("firmware.bin") == before)
    }
  }

  @Test func `A release holds several slots, in the order of their numbers`() throws {
    try SigningFixture.with { fixture in
      try fixture.scratch.write(SigningFixture.noise(90, seed: 2), to: "boot.bin")
      try fixture.scratch.write(SigningFixture.noise(95, seed: 3), to: "radio.bin")
      let report = try fixture.sign { $0.release.slots = [7: "radio.bin", 2: "boot.bin"] }
      #expect(report.release.components.map(\.slot) == [0, 2, 7])
      #expect(report.release.components.map(\.size) == [700, 90, 95])
      #expect(try fixture.verify(report.output).isAccepted)
    }
  }

  @Test func `Two keys make two signatures, and the same key twice makes one`() throws {
    try SigningFixture.with { fixture in
      let keys = [fixture.key("ed25519"), fixture.key("ecdsa-p256"), fixture.key("ed25519")]
      let report = try fixture.sign { $0.keys = keys }
      #expect(report.signatures == 2)
    }
  }

  @Test(arguments: ["key", "class", "version", "sequence", "image"])
  func `Nothing is written when signing fails`(missing: String) throws {
    let project = SigningFixture.defaultProject.split(separator: "\n").filter { !$0.hasPrefix(missing) }
    let image = missing == "image" ? [] : SigningFixture.noise(64)
    try SigningFixture.with(project: project.joined(separator: "\n"), image: image) { fixture in
      let before = try fixture.scratch.files()
      let failure = failure {
        try fixture.sign { if missing == "sequence" { $0.release.version = "1.0.0-beta" } }
      }
      #expect(failure?.kind == (missing == "image" ? .rejected : .usage))
      #expect(failure?.hint != nil)
      #expect(try fixture.scratch.files() == before)
    }
  }

  @Test func `A file that is not there is exit code 66`() throws {
    try SigningFixture.with { fixture in
      #expect(failure { try fixture.sign("none.bin") }?.kind == .inputMissing)
    }
  }
}

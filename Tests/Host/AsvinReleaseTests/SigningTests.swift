import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Signing", .usesScratch)
struct SigningTests {
  @Test("A project file makes a bundle with no options at all")
  func projectAlone() throws {
    try Workshop.with { workshop in
      let report = try workshop.sign()
      #expect(report.output == "firmware-1.2.3.asvin")
      #expect(try workshop.verify(report.output).isAccepted)
    }
  }

  @Test("A release signed with either algorithm is accepted", arguments: ["ed25519", "ecdsa-p256"])
  func bothAlgorithms(algorithm: String) throws {
    try Workshop.with { workshop in
      let key = workshop.key(algorithm)
      let report = try workshop.sign { $0.keys = [key] }
      let trusted = workshop.publicKey(algorithm)
      #expect(try workshop.verify(report.output) { $0.trust = [trusted] }.isAccepted)
      #expect(report.envelopeBytes <= 320)
    }
  }

  @Test("The same inputs and SOURCE_DATE_EPOCH give the same bytes", arguments: ["ed25519", "ecdsa-p256"])
  func reproducible(algorithm: String) throws {
    try Workshop.with { workshop in
      workshop.environment.variables["SOURCE_DATE_EPOCH"] = "1700000000"
      let key = workshop.key(algorithm)
      for name in ["a", "b"] {
        let report = try workshop.sign {
          $0.keys = [key]
          $0.output = name
        }
        #expect(report.release.created == 1_700_000_000)
      }
      #expect(try workshop.scratch.read("a") == workshop.scratch.read("b"))
    }
  }

  @Test("No time is recorded unless one is asked for")
  func noTime() throws {
    try Workshop.with { workshop in
      let found = try workshop.sign().release.created
      #expect(found == nil)
    }
  }

  @Test("An existing file is refused, left as it is, and replaced with force")
  func overwriting() throws {
    try Workshop.with { workshop in
      try workshop.scratch.write([1], to: "out")
      #expect(failure { try workshop.sign { $0.output = "out" } }?.kind == .cannotWrite)
      #expect(try workshop.scratch.read("out") == [1])
      try workshop.sign {
        $0.output = "out"
        $0.force = true
      }
      #expect(try workshop.verify("out").isAccepted)
    }
  }

  @Test("The input is never changed")
  func inputUntouched() throws {
    try Workshop.with { workshop in
      let before = try workshop.scratch.read("firmware.bin")
      try workshop.sign()
      #expect(try workshop.scratch.read("firmware.bin") == before)
    }
  }

  @Test("Several slots stand in one release, in the order of their numbers")
  func slots() throws {
    try Workshop.with { workshop in
      try workshop.scratch.write(Workshop.noise(90, seed: 2), to: "boot.bin")
      try workshop.scratch.write(Workshop.noise(95, seed: 3), to: "radio.bin")
      let report = try workshop.sign { $0.release.slots = [7: "radio.bin", 2: "boot.bin"] }
      #expect(report.release.components.map(\.slot) == [0, 2, 7])
      #expect(report.release.components.map(\.size) == [700, 90, 95])
      #expect(try workshop.verify(report.output).isAccepted)
    }
  }

  @Test("Two keys make two signatures, and the same key twice makes one")
  func twoKeys() throws {
    try Workshop.with { workshop in
      let keys = [workshop.key("ed25519"), workshop.key("ecdsa-p256"), workshop.key("ed25519")]
      let report = try workshop.sign { $0.keys = keys }
      #expect(report.signatures == 2)
    }
  }

  @Test("Nothing is written when signing fails", arguments: ["key", "class", "version", "sequence", "image"])
  func nothingWritten(missing: String) throws {
    let project = Workshop.defaultProject.split(separator: "\n").filter { !$0.hasPrefix(missing) }
    let image = missing == "image" ? [] : Workshop.noise(64)
    try Workshop.with(project: project.joined(separator: "\n"), image: image) { workshop in
      let before = try workshop.scratch.files()
      let failure = failure {
        try workshop.sign { if missing == "sequence" { $0.release.version = "1.0.0-beta" } }
      }
      #expect(failure?.kind == (missing == "image" ? .rejected : .usage))
      #expect(failure?.hint != nil)
      #expect(try workshop.scratch.files() == before)
    }
  }

  @Test("A file that is not there is exit code 66")
  func missingFile() throws {
    try Workshop.with { workshop in
      #expect(failure { try workshop.sign("none.bin") }?.kind == .inputMissing)
    }
  }
}

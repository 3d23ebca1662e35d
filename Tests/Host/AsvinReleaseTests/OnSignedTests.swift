import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Signing a bundle that is signed already", .usesScratch)
struct OnSignedTests {
  @Test("It is refused unless something is said")
  func refused() throws {
    try Workshop.with { workshop in
      let bundle = try workshop.sign().output
      let failed = failure { try workshop.sign(bundle) { $0.output = "again" } }
      #expect(failed?.kind == .failed && failed?.hint?.contains("--on-signed") == true)
      #expect(try !workshop.scratch.files().contains("again"))
    }
  }

  @Test("Skipping leaves it as it is")
  func skipped() throws {
    try Workshop.with { workshop in
      let bundle = try workshop.sign().output
      let before = try workshop.scratch.read(bundle)
      #expect(try workshop.sign(bundle) { $0.onSigned = .skip }.action == .skipped)
      #expect(try workshop.scratch.read(bundle) == before)
    }
  }

  @Test("Appending keeps the signatures that were there; replacing drops them")
  func appendedAndReplaced() throws {
    try Workshop.with { workshop in
      let bundle = try workshop.sign().output
      let other = workshop.key("ecdsa-p256")
      let (first, second) = (workshop.publicKey("ed25519"), workshop.publicKey("ecdsa-p256"))
      for (how, remains) in [(OnSigned.append, true), (.replace, false)] {
        let output = "\(how).asvin"
        let report = try workshop.sign(bundle) {
          $0.onSigned = how
          $0.keys = [other]
          $0.output = output
        }
        #expect(report.signatures == (remains ? 2 : 1))
        #expect(try workshop.verify(output) { $0.trust = [second] }.isAccepted)
        #expect(try workshop.verify(output) { $0.trust = [first] }.isAccepted == remains)
      }
    }
  }

  @Test("The manifest stays the same release, byte for byte")
  func sameRelease() throws {
    try Workshop.with { workshop in
      let first = try workshop.sign()
      let other = workshop.key("ecdsa-p256")
      let second = try workshop.sign(first.output) {
        $0.onSigned = .replace
        $0.keys = [other]
        $0.output = "again"
      }
      #expect(first.release.manifest == second.release.manifest)
    }
  }

  @Test("A bundle whose payload was changed gets no further signature")
  func changedPayload() throws {
    try Workshop.with { workshop in
      let bundle = try workshop.sign().output
      var bytes = try workshop.scratch.read(bundle)
      bytes[bytes.count - 1100] ^= 1
      try workshop.scratch.write(bytes, to: "changed.asvin")
      let failed = failure {
        try workshop.sign("changed.asvin") {
          $0.onSigned = .append
          $0.output = "again"
        }
      }
      #expect(failed?.kind == .rejected)
    }
  }
}

import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Signing a bundle that is signed already", .usesScratch)
struct OnSignedTests {
  @Test func `It is refused without an option`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign().output
      let failed = failure { try fixture.sign(bundle) { $0.output = "again" } }
      #expect(failed?.kind == .failed && failed?.hint?.contains("--on-signed") == true)
      #expect(try !fixture.scratch.files().contains("again"))
    }
  }

  @Test func `Skipping leaves it as it is`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign().output
      let before = try fixture.scratch.read(bundle)
      #expect(try fixture.sign(bundle) { $0.onSigned = .skip }.action == .skipped)
      #expect(try fixture.scratch.read(bundle) == before)
    }
  }

  @Test func `Appending keeps the signatures that were there; replacing drops them`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign().output
      let other = fixture.key("ecdsa-p256")
      let (first, second) = (fixture.publicKey("ed25519"), fixture.publicKey("ecdsa-p256"))
      for (how, remains) in [(OnSigned.append, true), (.replace, false)] {
        let output = "\(how).asvin"
        let report = try fixture.sign(bundle) {
          $0.onSigned = how
          $0.keys = [other]
          $0.output = output
        }
        #expect(report.signatures == (remains ? 2 : 1))
        #expect(try fixture.verify(output) { $0.trust = [second] }.isAccepted)
        #expect(try fixture.verify(output) { $0.trust = [first] }.isAccepted == remains)
      }
    }
  }

  @Test func `The manifest stays the same release, byte for byte`() throws {
    try SigningFixture.with { fixture in
      let first = try fixture.sign()
      let other = fixture.key("ecdsa-p256")
      let second = try fixture.sign(first.output) {
        $0.onSigned = .replace
        $0.keys = [other]
        $0.output = "again"
      }
      #expect(first.release.manifest == second.release.manifest)
    }
  }

  @Test func `A bundle whose payload was changed gets no further signature`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign().output
      var bytes = try fixture.scratch.read(bundle)
      bytes[bytes.count - 1100] ^= 1
      try fixture.scratch.write(bytes, to: "changed.asvin")
      let failed = failure {
        try fixture.sign("changed.asvin") {
          $0.onSigned = .append
          $0.output = "again"
        }
      }
      #expect(failed?.kind == .rejected)
    }
  }
}

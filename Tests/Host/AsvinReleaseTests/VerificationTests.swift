import AsvinHost
import AsvinFixtures
import AsvinRelease
import AsvinVerifier
import Testing

@Suite("Verifying and extracting bundles", .usesScratch)
struct VerificationTests {
  @Test func `A call without a key to trust is a usage error, never a success`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign().output
      #expect(failure { _ = try fixture.verify(bundle) { $0.trust = [] } }?.kind == .usage)
    }
  }

  @Test func `The trust of a project file is not used, because a file that was found must not decide`() throws {
    try SigningFixture.with(project: SigningFixture.defaultProject + "\ntrust: \(SigningFixture.keys)ed25519.pub.pem") {
      fixture in
      let bundle = try fixture.sign().output
      #expect(failure { _ = try fixture.verify(bundle) { $0.trust = [] } }?.kind == .usage)
    }
  }

  @Test func `A private key is refused if a public key is required`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign().output
      let key = fixture.key("ed25519")
      #expect(failure { _ = try fixture.verify(bundle) { $0.trust = [key] } }?.kind == .usage)
    }
  }

  @Test func `A key that did not sign is not enough`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign().output
      let other = fixture.publicKey("ecdsa-p256")
      let verdict = try fixture.verify(bundle) { $0.trust = [other] }
      #expect(verdict.reason == "untrusted-key" && verdict.code == Reason.untrustedKey.rawValue)
    }
  }

  @Test func `Another class, another vendor, a floor that is reached: each its reason`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign { $0.release.sequence = 7 }.output
      func reason(_ change: (inout BundleVerification) -> Void) throws -> String {
        try fixture.verify(bundle, change).reason
      }
      #expect(try reason { ($0.vendor, $0.deviceClass, $0.floor) = ("example.com", "board", 6) } == "accepted")
      #expect(try reason { ($0.vendor, $0.deviceClass) = ("example.com", "other") } == "wrong-class")
      #expect(try reason { $0.vendor = "example.org" } == "wrong-vendor")
      #expect(try reason { $0.floor = 7 } == "sequence-not-above-floor")
      #expect(try reason { $0.floor = 8 } == "sequence-not-above-floor")
    }
  }

  @Test func `A release that states its lowest base asks for the device's sequence number`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign { $0.lowestBase = 5 }.output
      #expect(try fixture.verify(bundle).reason == "base-unknown")
      #expect(try fixture.verify(bundle) { $0.baseSequence = 4 }.reason == "base-not-allowed")
      #expect(try fixture.verify(bundle) { $0.baseSequence = 5 }.isAccepted)
    }
  }

  @Test func `A class without its vendor is a usage error`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign().output
      #expect(failure { _ = try fixture.verify(bundle) { $0.deviceClass = "board" } }?.kind == .usage)
    }
  }

  @Test func `The extracted image is the one that was signed`() throws {
    try SigningFixture.with { fixture in
      try fixture.scratch.write(SigningFixture.noise(90, seed: 2), to: "boot.bin")
      let bundle = try fixture.sign { $0.release.slots = [3: "boot.bin"] }.output
      for (slot, file) in [(0, "firmware.bin"), (3, "boot.bin")] as [(UInt64, String)] {
        let verification = BundleVerification(bundle: bundle, trust: [fixture.publicKey("ed25519")])
        let extraction = Extraction(verification, slot: slot, output: "out\(slot)", force: false)
        _ = try extraction.run(in: fixture.environment)
        #expect(try fixture.scratch.read("out\(slot)") == fixture.scratch.read(file))
      }
    }
  }

  @Test func `A slot that is not there is exit code 66, and writes nothing`() throws {
    try SigningFixture.with { fixture in
      let bundle = try fixture.sign().output
      let verification = BundleVerification(bundle: bundle, trust: [fixture.publicKey("ed25519")])
      let extraction = Extraction(verification, slot: 9, output: "out", force: false)
      #expect(failure { _ = try extraction.run(in: fixture.environment) }?.kind == .inputMissing)
      #expect(try !fixture.scratch.files().contains("out"))
    }
  }
}

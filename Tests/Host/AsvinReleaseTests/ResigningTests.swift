import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("A second signature", .usesScratch)
struct ResigningTests {
  static let modes = [OnSigned.skip, .replace, .append]

  /// A project without keys, so that only the arguments name the signers of a bundle.
  static let project = "vendor: example.com\nclass: board\nversion: 1.2.3\n"

  private func signed(_ fixture: SigningFixture, _ change: (inout Signing) -> Void = { _ in }) throws -> String {
    try fixture.sign {
      $0.keys = [fixture.key("ed25519")]
      change(&$0)
    }.output
  }

  private func again(_ fixture: SigningFixture, _ bundle: String, _ mode: OnSigned, trusts: Bool = true) -> Failure? {
    failure {
      try fixture.sign(bundle) {
        $0.onSigned = mode
        $0.keys = [fixture.key("ecdsa-p256")]
        $0.trust = trusts ? [fixture.publicKey("ed25519")] : []
        $0.output = "again"
      }
    }
  }

  @Test(arguments: modes)
  func `It is made if the first one is valid`(mode: OnSigned) throws {
    try SigningFixture.with(project: Self.project) { fixture in
      let bundle = try signed(fixture)
      #expect(again(fixture, bundle, mode) == nil)
      #expect(try fixture.scratch.files().contains("again") == (mode != .skip))
    }
  }

  @Test(arguments: modes)
  func `It is refused if an existing signature is wrong, or cannot be checked`(mode: OnSigned) throws {
    try SigningFixture.with(project: Self.project) { fixture in
      let bundle = try signed(fixture)
      #expect(again(fixture, bundle, mode, trusts: false)?.reasonName == "untrusted-key")
      var bytes = try fixture.scratch.read(bundle)
      // The last byte of the signature file, which has 90 to 100 bytes, is the last one of the signature.
      let start = try #require(bytes.firstRange(of: Array("signatures.cbor".utf8))?.lowerBound)
      let last = try #require(bytes[(start + 512)..<(start + 1024)].lastIndex { $0 != 0 })
      bytes[last] ^= 1
      try fixture.scratch.write(bytes, to: "forged.asvin")
      #expect(again(fixture, "forged.asvin", mode)?.reasonName == "bad-signature")
      #expect(try !fixture.scratch.files().contains("again"))
    }
  }

  @Test(arguments: modes)
  func `It is refused for an image that lint refuses`(mode: OnSigned) throws {
    let secret = try Shared.projectText("Keys/TEST-ONLY-ed25519.pem")
    let image = SigningFixture.noise(700) + Array(secret.utf8) + SigningFixture.noise(200)
    try SigningFixture.with(project: Self.project, image: image) { fixture in
      let bundle = try signed(fixture) { $0.release.allowed = [.privateKey] }
      let refused = again(fixture, bundle, mode)
      #expect(refused?.kind == .rejected && refused?.message.contains("[private-key]") == true)
      #expect(try !fixture.scratch.files().contains("again"))
      // What is allowed once more is signed.
      try fixture.sign(bundle) {
        $0.onSigned = mode
        $0.keys = [fixture.key("ecdsa-p256")]
        $0.trust = [fixture.publicKey("ed25519")]
        $0.release.allowed = [.privateKey]
        $0.output = "again"
      }
    }
  }

  @Test(arguments: modes)
  func `It is refused for a bundle whose payload was changed, or that was cut`(mode: OnSigned) throws {
    try SigningFixture.with(project: Self.project) { fixture in
      let bundle = try signed(fixture)
      var bytes = try fixture.scratch.read(bundle)
      bytes[bytes.count - 1100] ^= 1
      try fixture.scratch.write(bytes, to: "changed.asvin")
      try fixture.scratch.write(Array(bytes.dropLast(1024)), to: "cut.asvin")
      #expect(again(fixture, "changed.asvin", mode)?.kind == .rejected)
      #expect(again(fixture, "cut.asvin", mode)?.kind == .rejected)
    }
  }

  @Test func `It refuses options that it cannot use`() throws {
    try SigningFixture.with(project: Self.project) { fixture in
      let bundle = try signed(fixture)
      let changes: [(inout Signing) -> Void] = [
        { $0.release.version = "1.2.4" }, { $0.release.name = "other" }, { $0.release.sequence = 5 },
        { $0.created = 7 },
        { $0.lowestBase = 1 }, { $0.bases = ["firmware.bin"] }, { $0.release.slots = [1: "firmware.bin"] },
      ]
      for change in changes {
        let refused = failure {
          try fixture.sign(bundle) {
            $0.onSigned = .append
            $0.keys = [fixture.key("ed25519")]
            $0.output = "again"
            change(&$0)
          }
        }
        #expect(refused?.kind == .usage)
      }
      let other = failure {
        try fixture.sign(bundle) {
          $0.onSigned = .append
          $0.keys = [fixture.key("ed25519")]
          $0.release.vendor = "example.org"
          $0.output = "again"
        }
      }
      #expect(other?.reasonName == "wrong-vendor")
    }
  }

  @Test func `A threshold counts different keys`() throws {
    try SigningFixture.with(project: Self.project) { fixture in
      let bundle = try signed(fixture)
      #expect(again(fixture, bundle, .append) == nil)
      let keys = [fixture.publicKey("ed25519"), fixture.publicKey("ecdsa-p256")]
      for (file, accepted) in [(bundle, false), ("again", true)] {
        let verdict = try fixture.verify(file) { ($0.trust, $0.threshold) = (keys, 2) }
        #expect(verdict.isAccepted == accepted && (accepted || verdict.reason == "threshold-not-reached"))
      }
      let twice = failure { _ = try fixture.verify("again") { ($0.trust, $0.threshold) = ([keys[0], keys[0]], 2) } }
      #expect(twice?.kind == .usage)
    }
  }

  @Test func `A sequence number that leaves no room for others is refused, and can be allowed`() throws {
    try SigningFixture.with(project: Self.project) { fixture in
      let highest = try fixture.rules { $0.sequence = .max }
      let date = try fixture.rules { $0.sequence = 20_261_126_143_700 }
      let allowed = try fixture.rules { ($0.sequence, $0.allowed) = (.max, [.sequenceJump]) }
      #expect(highest == [.sequenceJump] && date.isEmpty && allowed.isEmpty)
    }
  }
}

import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("A second signature", .usesScratch)
struct ResigningTests {
  static let modes = [OnSigned.skip, .replace, .append]

  /// A project that knows no keys: what is known of a bundle's signers is what a call says.
  static let project = "vendor: example.com\nclass: board\nversion: 1.2.3\n"

  private func signed(_ workshop: Workshop, _ change: (inout Signing) -> Void = { _ in }) throws -> String {
    try workshop.sign {
      $0.keys = [workshop.key("ed25519")]
      change(&$0)
    }.output
  }

  private func again(_ workshop: Workshop, _ bundle: String, _ mode: OnSigned, trusts: Bool = true) -> Failure? {
    failure {
      try workshop.sign(bundle) {
        $0.onSigned = mode
        $0.keys = [workshop.key("ecdsa-p256")]
        $0.trust = trusts ? [workshop.publicKey("ed25519")] : []
        $0.output = "again"
      }
    }
  }

  @Test("It is made where the first one holds", arguments: modes)
  func good(mode: OnSigned) throws {
    try Workshop.with(project: Self.project) { workshop in
      let bundle = try signed(workshop)
      #expect(again(workshop, bundle, mode) == nil)
      #expect(try workshop.scratch.files().contains("again") == (mode != .skip))
    }
  }

  @Test("It is refused where a signature that is there is wrong, or where nobody can check it", arguments: modes)
  func wrongSignature(mode: OnSigned) throws {
    try Workshop.with(project: Self.project) { workshop in
      let bundle = try signed(workshop)
      #expect(again(workshop, bundle, mode, trusts: false)?.reasonName == "untrusted-key")
      var bytes = try workshop.scratch.read(bundle)
      // The last byte of the signature file, which has 90 to 100 bytes, is the last one of the signature.
      let start = try #require(bytes.firstRange(of: Array("signatures.cbor".utf8))?.lowerBound)
      let last = try #require(bytes[(start + 512)..<(start + 1024)].lastIndex { $0 != 0 })
      bytes[last] ^= 1
      try workshop.scratch.write(bytes, to: "forged.asvin")
      #expect(again(workshop, "forged.asvin", mode)?.reasonName == "bad-signature")
      #expect(try !workshop.scratch.files().contains("again"))
    }
  }

  @Test("It is refused for an image that lint refuses", arguments: modes)
  func lint(mode: OnSigned) throws {
    let secret = try Shared.projectText("Keys/TEST-ONLY-ed25519.pem")
    let image = Workshop.noise(700) + Array(secret.utf8) + Workshop.noise(200)
    try Workshop.with(project: Self.project, image: image) { workshop in
      let bundle = try signed(workshop) { $0.release.allowed = [.privateKey] }
      let refused = again(workshop, bundle, mode)
      #expect(refused?.kind == .rejected && refused?.message.contains("[private-key]") == true)
      #expect(try !workshop.scratch.files().contains("again"))
      // What is allowed once more is signed.
      try workshop.sign(bundle) {
        $0.onSigned = mode
        $0.keys = [workshop.key("ecdsa-p256")]
        $0.trust = [workshop.publicKey("ed25519")]
        $0.release.allowed = [.privateKey]
        $0.output = "again"
      }
    }
  }

  @Test("It is refused for a bundle whose payload was changed, or that was cut", arguments: modes)
  func damaged(mode: OnSigned) throws {
    try Workshop.with(project: Self.project) { workshop in
      let bundle = try signed(workshop)
      var bytes = try workshop.scratch.read(bundle)
      bytes[bytes.count - 1100] ^= 1
      try workshop.scratch.write(bytes, to: "changed.asvin")
      try workshop.scratch.write(Array(bytes.dropLast(1024)), to: "cut.asvin")
      #expect(again(workshop, "changed.asvin", mode)?.kind == .rejected)
      #expect(again(workshop, "cut.asvin", mode)?.kind == .rejected)
    }
  }

  @Test("It takes no options that it cannot follow")
  func options() throws {
    try Workshop.with(project: Self.project) { workshop in
      let bundle = try signed(workshop)
      let changes: [(inout Signing) -> Void] = [
        { $0.release.version = "1.2.4" }, { $0.release.name = "other" }, { $0.release.sequence = 5 },
        { $0.created = 7 },
        { $0.lowestBase = 1 }, { $0.bases = ["firmware.bin"] }, { $0.release.slots = [1: "firmware.bin"] },
      ]
      for change in changes {
        let refused = failure {
          try workshop.sign(bundle) {
            $0.onSigned = .append
            $0.keys = [workshop.key("ed25519")]
            $0.output = "again"
            change(&$0)
          }
        }
        #expect(refused?.kind == .usage)
      }
      let other = failure {
        try workshop.sign(bundle) {
          $0.onSigned = .append
          $0.keys = [workshop.key("ed25519")]
          $0.release.vendor = "example.org"
          $0.output = "again"
        }
      }
      #expect(other?.reasonName == "wrong-vendor")
    }
  }

  @Test("A threshold counts different keys")
  func threshold() throws {
    try Workshop.with(project: Self.project) { workshop in
      let bundle = try signed(workshop)
      #expect(again(workshop, bundle, .append) == nil)
      let keys = [workshop.publicKey("ed25519"), workshop.publicKey("ecdsa-p256")]
      for (file, accepted) in [(bundle, false), ("again", true)] {
        let verdict = try workshop.verify(file) { ($0.trust, $0.threshold) = (keys, 2) }
        #expect(verdict.isAccepted == accepted && (accepted || verdict.reason == "threshold-not-reached"))
      }
      let twice = failure { _ = try workshop.verify("again") { ($0.trust, $0.threshold) = ([keys[0], keys[0]], 2) } }
      #expect(twice?.kind == .usage)
    }
  }

  @Test("A sequence number that leaves no room for others is refused, and can be allowed")
  func sequence() throws {
    try Workshop.with(project: Self.project) { workshop in
      let highest = try workshop.rules { $0.sequence = .max }
      let date = try workshop.rules { $0.sequence = 20_261_126_143_700 }
      let allowed = try workshop.rules { ($0.sequence, $0.allowed) = (.max, [.sequenceJump]) }
      #expect(highest == [.sequenceJump] && date.isEmpty && allowed.isEmpty)
    }
  }
}

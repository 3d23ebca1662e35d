import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

/// T13: every byte of the container is signed, hashed by something signed, or compared with what we would write.
@Suite("Tampered bundles", .usesScratch)
struct TamperingTests {
  static let algorithms = ["ed25519", "ecdsa-p256"]

  /// Every verdict on changed bytes must be a rejection with a reason code.
  static func expectRejected(_ bytes: [UInt8], _ what: String, in fixture: SigningFixture, _ algorithm: String) throws {
    try fixture.scratch.write(bytes, to: "changed")
    let key = fixture.publicKey(algorithm)
    let verdict = try fixture.verify("changed") { $0.trust = [key] }
    #expect(verdict.result == "rejected" && verdict.code >= 10, "\(what): \(verdict.reason)")
  }

  static func bundle(in fixture: SigningFixture, _ algorithm: String) throws -> [UInt8] {
    let key = fixture.key(algorithm)
    let output = try fixture.sign { $0.keys = [key] }.output
    return try fixture.scratch.read(output)
  }

  @Test(arguments: algorithms)
  func `Every single-byte change is rejected`(algorithm: String) throws {
    try SigningFixture.with(image: SigningFixture.noise(40)) { fixture in
      var bytes = try Self.bundle(in: fixture, algorithm)
      for index in bytes.indices {
        for mask in [0x01, 0x80, 0xFF] as [UInt8] {
          bytes[index] ^= mask
          try Self.expectRejected(bytes, "byte \(index) xor \(mask)", in: fixture, algorithm)
          bytes[index] ^= mask
        }
      }
    }
  }

  @Test(arguments: algorithms)
  func `Every truncation is rejected`(algorithm: String) throws {
    try SigningFixture.with(image: SigningFixture.noise(40)) { fixture in
      let bytes = try Self.bundle(in: fixture, algorithm)
      for count in bytes.indices {
        try Self.expectRejected(Array(bytes[..<count]), "\(count) bytes", in: fixture, algorithm)
      }
    }
  }

  @Test(arguments: algorithms)
  func `Every appended byte is rejected`(algorithm: String) throws {
    try SigningFixture.with(image: SigningFixture.noise(40)) { fixture in
      let bytes = try Self.bundle(in: fixture, algorithm)
      for byte in 0...UInt8.max {
        try Self.expectRejected(bytes + [byte], "appended \(byte)", in: fixture, algorithm)
      }
      for count in [512, 1024, 10240] {
        try Self.expectRejected(
          bytes + [UInt8](repeating: 0, count: count), "\(count) zeros", in: fixture, algorithm)
      }
    }
  }

  @Test(arguments: [600, 1700, 2200])
  func `A rejected bundle is never extracted, and leaves no file`(index: Int) throws {
    try SigningFixture.with(image: SigningFixture.noise(40)) { fixture in
      var bytes = try Self.bundle(in: fixture, "ed25519")
      bytes[index] ^= 1
      try fixture.scratch.write(bytes, to: "changed")
      let before = try fixture.scratch.files()
      let verification = BundleVerification(bundle: "changed", trust: [fixture.publicKey("ed25519")])
      let extraction = Extraction(verification, slot: 0, output: "out", force: false)
      #expect(failure { _ = try extraction.run(in: fixture.environment) }?.kind == .rejected)
      #expect(try fixture.scratch.files() == before)
    }
  }
}

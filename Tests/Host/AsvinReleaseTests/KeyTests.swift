import AsvinHost
import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Testing

@testable import AsvinRelease

@Suite("Keys in files and in the environment", .usesScratch)
struct KeyTests {
  static func generate(_ output: String, in fixture: SigningFixture) throws -> KeyReport {
    try KeyGeneration(algorithm: .ecdsaP256, output: output, encrypted: false).run(in: fixture.environment)
  }

  @Test func `A new private key is readable by its owner alone`() throws {
    try SigningFixture.with { fixture in
      _ = try Self.generate("new.pem", in: fixture)
      #expect(try fixture.scratch.permissions("new.pem") == 0o600)
      #expect(try fixture.scratch.permissions("new.pub.pem") == 0o644)
    }
  }

  @Test(arguments: ["new.pem", "new.pub.pem"])
  func `A key is never written over a file, and then neither file appears`(existing: String) throws {
    try SigningFixture.with { fixture in
      try fixture.scratch.write([1], to: existing)
      let before = try fixture.scratch.files()
      #expect(failure { _ = try Self.generate("new.pem", in: fixture) }?.kind == .cannotWrite)
      #expect(try fixture.scratch.files() == before)
      #expect(try fixture.scratch.read(existing) == [1])
    }
  }

  @Test func `A key in an environment variable signs`() throws {
    try SigningFixture.with { fixture in
      let pem = try HostileReleaseTests.readFile("\(SigningFixture.keys)ed25519.pem")
      fixture.environment.variables["RELEASE_KEY"] = String(decoding: pem, as: UTF8.self)
      let output = try fixture.sign { $0.keys = [KeyReference("env://RELEASE_KEY", from: "/")] }.output
      #expect(try fixture.verify(output).isAccepted)
      #expect(
        failure { try fixture.sign { $0.keys = [KeyReference("env://NONE", from: "/")] } }?.kind == .inputMissing)
    }
  }

  @Test func `An encrypted key opens with the passphrase of the environment, of a file, or of a person`() throws {
    try SigningFixture.with { fixture in
      fixture.environment.variables["ASVIN_PACK_PASSPHRASE"] = "secret"
      _ = try Self.generate("new.pem", in: fixture)
      let key = KeyReference("new.pem", from: fixture.scratch.folder)
      #expect(throws: Never.self) { try key.privateKey(in: fixture.environment) }
      fixture.environment.variables = [:]
      #expect(failure { _ = try key.privateKey(in: fixture.environment) }?.kind == .notAllowed)
      fixture.environment.askPassphrase = { _ in Array("wrong".utf8) }
      #expect(failure { _ = try key.privateKey(in: fixture.environment) }?.kind == .notAllowed)
      fixture.environment.askPassphrase = { _ in Array("secret".utf8) }
      #expect(throws: Never.self) { try key.privateKey(in: fixture.environment) }
      fixture.environment.askPassphrase = { _ in nil }
      try fixture.scratch.write(Array("secret\n".utf8), to: "passphrase")
      fixture.environment.passphraseFile = "passphrase"
      #expect(throws: Never.self) { try key.privateKey(in: fixture.environment) }
    }
  }

  @Test(arguments: ["ed25519", "ecdsa-p256"])
  func `The points that lint knows are those of the keys in the project`(name: String) throws {
    let pem = try HostileReleaseTests.readFile("\(SigningFixture.keys)\(name).pub.pem")
    let key = try PublicKey(pem: pem)
    let point = try #require(TestKeys.points.first { $0.name == "TEST-ONLY-\(name)" }?.point)
    let bytes = key.bytes
    #expect([UInt8](hex: point) == (0..<32).map { bytes[$0] })
  }
}

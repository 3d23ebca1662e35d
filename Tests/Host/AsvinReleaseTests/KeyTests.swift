import AsvinHost
import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Testing

@testable import AsvinRelease

@Suite("Keys in files and in the environment", .usesScratch)
struct KeyTests {
  static func generate(_ output: String, in workshop: Workshop) throws -> KeyReport {
    try KeyGeneration(algorithm: .ecdsaP256, output: output, encrypted: false).run(in: workshop.environment)
  }

  @Test("A new private key is readable by its owner alone")
  func permissions() throws {
    try Workshop.with { workshop in
      _ = try Self.generate("new.pem", in: workshop)
      #expect(try workshop.scratch.permissions("new.pem") == 0o600)
      #expect(try workshop.scratch.permissions("new.pub.pem") == 0o644)
    }
  }

  @Test("A key is never written over a file, and then neither file appears", arguments: ["new.pem", "new.pub.pem"])
  func neverOver(existing: String) throws {
    try Workshop.with { workshop in
      try workshop.scratch.write([1], to: existing)
      let before = try workshop.scratch.files()
      #expect(failure { _ = try Self.generate("new.pem", in: workshop) }?.kind == .cannotWrite)
      #expect(try workshop.scratch.files() == before)
      #expect(try workshop.scratch.read(existing) == [1])
    }
  }

  @Test("A key in an environment variable signs")
  func environment() throws {
    try Workshop.with { workshop in
      let pem = try HostileReleaseTests.readFile("\(Workshop.keys)ed25519.pem")
      workshop.environment.variables["RELEASE_KEY"] = String(decoding: pem, as: UTF8.self)
      let output = try workshop.sign { $0.keys = [KeyReference("env://RELEASE_KEY", from: "/")] }.output
      #expect(try workshop.verify(output).isAccepted)
      #expect(
        failure { try workshop.sign { $0.keys = [KeyReference("env://NONE", from: "/")] } }?.kind == .inputMissing)
    }
  }

  @Test("An encrypted key opens with the passphrase of the environment, of a file, or of a person")
  func passphrases() throws {
    try Workshop.with { workshop in
      workshop.environment.variables["ASVIN_PACK_PASSPHRASE"] = "secret"
      _ = try Self.generate("new.pem", in: workshop)
      let key = KeyReference("new.pem", from: workshop.scratch.folder)
      #expect(throws: Never.self) { try key.privateKey(in: workshop.environment) }
      workshop.environment.variables = [:]
      #expect(failure { _ = try key.privateKey(in: workshop.environment) }?.kind == .notAllowed)
      workshop.environment.askPassphrase = { _ in Array("wrong".utf8) }
      #expect(failure { _ = try key.privateKey(in: workshop.environment) }?.kind == .notAllowed)
      workshop.environment.askPassphrase = { _ in Array("secret".utf8) }
      #expect(throws: Never.self) { try key.privateKey(in: workshop.environment) }
      workshop.environment.askPassphrase = { _ in nil }
      try workshop.scratch.write(Array("secret\n".utf8), to: "passphrase")
      workshop.environment.passphraseFile = "passphrase"
      #expect(throws: Never.self) { try key.privateKey(in: workshop.environment) }
    }
  }

  @Test("The points that lint knows are those of the keys in the project", arguments: ["ed25519", "ecdsa-p256"])
  func testKeys(name: String) throws {
    let pem = try HostileReleaseTests.readFile("\(Workshop.keys)\(name).pub.pem")
    let key = try PublicKey(pem: pem)
    let point = try #require(TestKeys.points.first { $0.name == "TEST-ONLY-\(name)" }?.point)
    let bytes = key.bytes
    #expect([UInt8](hex: point) == (0..<32).map { bytes[$0] })
  }
}

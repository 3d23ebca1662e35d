import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinRelease
import AsvinVerifier
import Testing

/// Bundles whose archive is right and whose content is not, each made by someone who has the tools.
@Suite("Hostile releases", .usesScratch)
struct HostileReleaseTests {
  static let image = SigningFixture.noise(64)

  static func manifest() throws -> [UInt8] {
    let digest = SHA256.digest(of: image.span)
    let payload = Payload(size: 64, digest: digest)
    let vendor = Identifier.vendor(domain: "example.com")
    let name = try #require(Name("firmware"))
    let manifest = Manifest(
      name: name, vendor: vendor, deviceClass: .deviceClass("board", of: vendor), sequence: 1, version: name,
      components: [Component(slot: 0, size: 64, digest: digest, payloads: [payload])])
    return try manifest.encoded()
  }

  static func signatureFile(
    over manifest: [UInt8], type: StaticString = ManifestSchema.manifestType, claiming: SignatureAlgorithm? = nil
  )
    throws -> [UInt8]
  {
    let pem = try readFile("\(SigningFixture.keys)ed25519.pem")
    let key = try PrivateKey(pem: pem, passphrase: nil)
    let header = Envelope.protectedHeader(
      algorithm: claiming ?? key.publicKey.algorithm, keyID: key.publicKey.keyID(using: OpenSSL()), type: type)
    let signature = try key.signature(of: Envelope.signedMessage(protectedHeader: header, payload: manifest))
    return Envelope.signatureFile([Envelope.sign1(protectedHeader: header, signature: signature)])
  }

  static func readFile(_ path: String) throws -> [UInt8] {
    let file = try InputFile(path)
    return try file.read(at: 0, count: 1 << 16)
  }

  /// Expects that a bundle of these parts is rejected for a reason, and that nothing comes out of it.
  static func expect(_ reason: Reason, manifest: [UInt8], signatures: [UInt8]) throws {
    try SigningFixture.with { fixture in
      let path = fixture.scratch.path("hostile.asvin")
      let file = try OutputFile(path, durability: .remade)
      let member = BundleMember(
        name: "payloads/0-image", role: .payload(component: 0, index: 0), size: 64,
        digest: SHA256.digest(of: image.span))
      try BundleWriter.write(manifest: manifest, signatureFile: signatures, members: [member], to: file) { _ in image }
      try file.commit()
      let verdict = try fixture.verify("hostile.asvin")
      #expect(verdict.reason == "\(reason.name)")
      #expect(verdict.code == reason.rawValue)
      let verification = BundleVerification(bundle: "hostile.asvin", trust: [fixture.publicKey("ed25519")])
      let failed = failure {
        _ = try Extraction(verification, slot: 0, output: "out", force: false).run(in: fixture.environment)
      }
      #expect(failed?.kind == .rejected && failed?.reason == reason)
      #expect(try !fixture.scratch.files().contains("out"))
      #expect(failure { _ = try fixture.publish("hostile.asvin") }?.kind == .rejected)
    }
  }

  @Test func `A bundle without a signature`() throws {
    try Self.expect(.unsigned, manifest: Self.manifest(), signatures: Envelope.signatureFile([]))
  }

  @Test func `A signature for a key set is not accepted over a manifest`() throws {
    let manifest = try Self.manifest()
    try Self.expect(
      .wrongSignedType, manifest: manifest,
      signatures: Self.signatureFile(over: manifest, type: ManifestSchema.keySetType))
  }

  @Test func `A signature that claims another algorithm than its key has`() throws {
    let manifest = try Self.manifest()
    try Self.expect(
      .algorithmMismatch, manifest: manifest, signatures: Self.signatureFile(over: manifest, claiming: .ecdsaP256))
  }

  @Test func `An unknown critical field, well signed`() throws {
    var manifest = try Self.manifest()
    manifest[0] += 1
    manifest += [0x0C, 0x01]
    try Self.expect(.unknownCriticalField, manifest: manifest, signatures: Self.signatureFile(over: manifest))
  }

  @Test func `A key twice in a map, well signed`() throws {
    var manifest = try Self.manifest()
    manifest[0] += 1
    manifest.insert(contentsOf: [0x01, 0x01], at: 1)
    try Self.expect(.duplicateKey, manifest: manifest, signatures: Self.signatureFile(over: manifest))
  }

  @Test func `A manifest changed after it was signed`() throws {
    var manifest = try Self.manifest()
    let signatures = try Self.signatureFile(over: manifest)
    manifest[5] ^= 1
    try Self.expect(.badSignature, manifest: manifest, signatures: signatures)
  }

  @Test(arguments: [0, 512, 10240])
  func `An empty file, and one of zeros, are malformed`(count: Int) throws {
    try SigningFixture.with { fixture in
      try fixture.scratch.write([UInt8](repeating: 0, count: count), to: "empty")
      let verdict = try fixture.verify("empty")
      #expect(verdict.result == "rejected")
      #expect(count > 0 || verdict.code == Reason.archiveMalformed.rawValue)
    }
  }

  @Test func `A truncated archive is reported as such`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      let bytes = try fixture.scratch.read(output)
      try fixture.scratch.write(Array(bytes.prefix(2300)), to: "cut")
      #expect(try fixture.verify("cut").reason == "archive-truncated")
    }
  }
}

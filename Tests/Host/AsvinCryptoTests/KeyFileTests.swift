import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Testing

/// Key files, read and written; the `openssl` command writes what we read and reads what we write.
@Suite("Key files", .usesScratch)
struct KeyFileTests {
  static let algorithms = SigningTests.algorithms
  static let passphrase = Array("TEST-ONLY passphrase with ümlaut".utf8)

  static func error(_ pem: [UInt8], _ passphrase: [UInt8]? = nil) -> CryptoError? {
    do throws(CryptoError) {
      _ = try PrivateKey(pem: pem, passphrase: passphrase)
      return nil
    } catch {
      return error
    }
  }

  static func publicError(_ pem: [UInt8]) -> CryptoError? {
    do throws(CryptoError) {
      _ = try PublicKey(pem: pem)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: algorithms)
  func `A key comes back from its PEM, with and without a passphrase`(algorithm: SignatureAlgorithm) throws {
    let key = try PrivateKey.generate(algorithm)
    for passphrase in [nil, Self.passphrase] {
      let read = try PrivateKey(pem: key.pem(passphrase: passphrase), passphrase: passphrase)
      #expect(try read.signature(of: [1]) == key.signature(of: [1]))
    }
    #expect(try PublicKey(pem: key.publicKey.pem()) == key.publicKey)
  }

  @Test(arguments: algorithms)
  func `An encrypted key asks for its passphrase, and refuses another`(algorithm: SignatureAlgorithm) throws {
    let pem = try PrivateKey.generate(algorithm).pem(passphrase: Self.passphrase)
    #expect(String(decoding: pem, as: UTF8.self).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
    #expect(Self.error(pem) == .needsPassphrase)
    #expect(Self.error(pem, Array("wrong".utf8)) == .wrongPassphrase)
    #expect(Self.error(pem, []) == .wrongPassphrase)
  }

  @Test(arguments: algorithms)
  func `A truncated key file is not a key`(algorithm: SignatureAlgorithm) throws {
    let key = try PrivateKey.generate(algorithm)
    let (pem, publicPEM) = (try key.pem(passphrase: nil), try key.publicKey.pem())
    // The last line's end may be missing, as some editors leave it.
    for count in 0..<(pem.count - 1) { #expect(Self.error(Array(pem[..<count])) == .notAPrivateKey, "\(count)") }
    for count in 0..<(publicPEM.count - 1) {
      #expect(Self.publicError(Array(publicPEM[..<count])) == .notAPublicKey, "\(count)")
    }
  }

  @Test func `A private key is not accepted as a public key, nor the reverse`() throws {
    let key = try PrivateKey.generate(.ed25519)
    #expect(Self.publicError(try key.pem(passphrase: nil)) == .privateKeyInsteadOfPublic)
    #expect(Self.publicError(try key.pem(passphrase: Self.passphrase)) == .privateKeyInsteadOfPublic)
    #expect(Self.error(try key.publicKey.pem()) == .notAPrivateKey)
  }

  @Test(arguments: [
    ("genpkey -algorithm ed25519", SignatureAlgorithm.ed25519),
    ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", .ecdsaP256),
    ("ecparam -name prime256v1 -genkey -noout", .ecdsaP256),
  ])
  func `The openssl command's keys are read`(command: String, algorithm: SignatureAlgorithm) throws {
    try Scratch.with { scratch in
      let key = try PrivateKey(pem: OpenSSLCommand.file("key.pem", by: command, in: scratch), passphrase: nil)
      #expect(key.publicKey.algorithm == algorithm)
      let publicPEM = try OpenSSLCommand.file("public.pem", by: "pkey -in key.pem -pubout", in: scratch)
      #expect(try PublicKey(pem: publicPEM) == key.publicKey)
      let encrypted = try OpenSSLCommand.file(
        "encrypted.pem", by: "pkcs8 -topk8 -in key.pem -passout pass:secret", in: scratch)
      #expect(try PrivateKey(pem: encrypted, passphrase: Array("secret".utf8)).publicKey == key.publicKey)
    }
  }

  @Test(arguments: [
    "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "genpkey -algorithm ed448", "genpkey -algorithm x25519",
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384",
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
  ])
  func `A key of another kind is refused as unsupported`(command: String) throws {
    try Scratch.with { scratch in
      #expect(Self.error(try OpenSSLCommand.file("key.pem", by: command, in: scratch)) == .unsupportedKey)
      let publicPEM = try OpenSSLCommand.file("public.pem", by: "pkey -in key.pem -pubout", in: scratch)
      #expect(Self.publicError(publicPEM) == .unsupportedKey)
    }
  }

  @Test func `The openssl command reads our keys and accepts our Ed25519 signature`() throws {
    try Scratch.with { scratch in
      let key = try PrivateKey.generate(.ed25519)
      try scratch.write(key.pem(passphrase: Array("secret".utf8)), to: "key.pem")
      try scratch.write(key.publicKey.pem(), to: "public.pem")
      try scratch.write([1, 2, 3], to: "message")
      try scratch.write(key.signature(of: [1, 2, 3]), to: "signature")
      let verify = "pkeyutl -verify -rawin -in message -sigfile signature"
      #expect(OpenSSLCommand.run("\(verify) -inkey public.pem -pubin", in: scratch))
      #expect(OpenSSLCommand.run("\(verify) -inkey key.pem -passin pass:secret", in: scratch))
      try scratch.write([1, 2, 4], to: "message")
      #expect(!OpenSSLCommand.run("\(verify) -inkey public.pem -pubin", in: scratch))
    }
  }

  @Test
  func `A P-256 signature of the openssl command verifies under our key, and only over its own message`() throws {
    try Scratch.with { scratch in
      let key = try PrivateKey.generate(.ecdsaP256)
      try scratch.write(key.pem(passphrase: nil), to: "key.pem")
      try scratch.write([1, 2, 3], to: "message")
      let signature = try OpenSSLCommand.file(
        "signature", by: "dgst -sha256 -sign key.pem", in: scratch, then: "message")
      #expect(OpenSSL().isSignature(der: signature, of: [1, 2, 3], by: key.publicKey))
      #expect(!OpenSSL().isSignature(der: signature, of: [1, 2, 4], by: key.publicKey))
    }
  }
}

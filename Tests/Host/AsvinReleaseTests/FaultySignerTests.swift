import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Testing

@testable import AsvinRelease

/// A key in a failing machine: every so often its signature is wrong.
private struct FaultySigner: Signer {
  let key: PrivateKey
  let bit: Int
  var publicKey: PublicKey { key.publicKey }

  func signature(of message: [UInt8]) throws(CryptoError) -> [UInt8] {
    var signature = try key.signature(of: message)
    if bit >= 0 { signature[bit / 8] ^= 1 << UInt8(bit % 8) }
    return signature
  }
}

@Suite("Keys and signatures that fail halfway", .usesScratch)
struct FaultySignerTests {
  static func manifest() throws -> [UInt8] {
    guard let name = Name("blink"), let version = Name("1.0.0") else { fatalError("names are valid") }
    let image: [UInt8] = [1, 2, 3]
    let digest = SHA256.digest(of: image.span)
    let component = Component(slot: 0, size: 3, digest: digest, payloads: [Payload(size: 3, digest: digest)])
    let vendor = Identifier.vendor(domain: "example.com")
    return try Manifest(
      name: name, vendor: vendor, deviceClass: Identifier.deviceClass("board", of: vendor), sequence: 7,
      version: version, components: [component]
    ).encoded()
  }

  @Test(arguments: [-1, 0, 77, 300, 511])
  func `A signature that does not verify is found when it is made`(bit: Int) throws {
    let manifest = try Self.manifest()
    for algorithm in SignatureAlgorithm.allCases {
      let (sound, faulty) = try (
        FaultySigner(key: .generate(algorithm), bit: -1), FaultySigner(key: .generate(algorithm), bit: bit)
      )
      // One sound signature would be enough for a device: each must be enough by itself.
      for signers in [[faulty], [sound, faulty], [faulty, sound]] {
        let isSigned = failure { _ = try SignedManifest(manifest, with: signers) } == nil
        let signed = try? SignedManifest(manifest, with: signers)  // an error is what is asked for
        #expect((signed != nil) == (bit < 0))
        #expect(isSigned || bit >= 0)
      }
    }
  }

  @Test func `If a private key cannot be written, its public half is removed`() throws {
    try Scratch.with { scratch in
      let privateFile = try OutputFile(scratch.path("new.pem"), permissions: 0o600, durability: .flushed)
      let publicFile = try OutputFile(scratch.path("new.pub.pem"), durability: .flushed)
      try privateFile.write([1])
      try publicFile.write([2])
      // The name is taken meanwhile.
      try scratch.write([3], to: "new.pem")
      #expect(throws: FileError.self) { try KeyGeneration.commit(privateFile, publicFile) }
      #expect(try !scratch.files().contains("new.pub.pem"))
      #expect(try scratch.read("new.pem") == [3])
    }
  }
}

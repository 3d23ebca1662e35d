import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Testing

/// Threat T17: signatures that a careless library accepts.
@Suite("Wycheproof")
struct WycheproofTests {
  static let folder = Wycheproof.folder

  /// Judges every case of a file, and returns the number of cases.
  static func judge(_ name: String, by isSignature: ([UInt8], [UInt8], PublicKey) -> Bool) throws -> Int {
    let groups = try Wycheproof.groups(name)
    for group in groups {
      let key = try PublicKey(pem: Array(group.publicKeyPem.utf8))
      for item in group.tests {
        let isGood = isSignature([UInt8](hex: item.sig), [UInt8](hex: item.msg), key)
        #expect(isGood == (item.result == "valid"), "case \(item.tcId)")
      }
    }
    return groups.reduce(0) { $0 + $1.tests.count }
  }

  static func holds(_ signature: [UInt8], _ message: [UInt8], _ key: PublicKey) -> Bool {
    let (head, payload) = (
      message.span.extracting(first: message.count / 2), message.span.extracting(droppingFirst: message.count / 2)
    )
    return OpenSSL().isSignature(signature.span, of: SignedMessage(head: head, payload: payload), by: key)
  }

  @Test(.needsShared("\(folder)/ecdsa_secp256r1_sha256_p1363_test.json"))
  func `262 P-256 signatures as r ‖ s`() throws {
    #expect(try Self.judge("ecdsa_secp256r1_sha256_p1363_test.json", by: Self.holds) == 262)
  }

  @Test(.needsShared("\(folder)/ecdsa_secp256r1_sha256_test.json"))
  func `484 P-256 signatures in DER`() throws {
    let cases = try Self.judge("ecdsa_secp256r1_sha256_test.json") { signature, message, key in
      OpenSSL().isSignature(der: signature, of: message, by: key)
    }
    #expect(cases == 484)
  }

  @Test(.needsShared("\(folder)/ed25519_test.json"))
  func `151 Ed25519 signatures under the strict profile`() throws {
    let cases = try Self.judge("ed25519_test.json") { signature, message, key in
      Ed25519Profile.admits(signature: signature.span, key: key.bytes) && Self.holds(signature, message, key)
    }
    #expect(cases == 151)
  }
}

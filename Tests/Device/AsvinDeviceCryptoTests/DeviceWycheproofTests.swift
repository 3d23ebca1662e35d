import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto
import Testing

/// Threat T17: signatures that a careless implementation takes for good.
@Suite("Wycheproof, judged by the device's cryptography")
struct DeviceWycheproofTests {
  static func judge(_ name: String) throws -> Int {
    let groups = try Wycheproof.groups(name)
    for group in groups {
      let key = try PublicKey(pem: Array(group.publicKeyPem.utf8))
      for item in group.tests {
        let isGood = holds([UInt8](hex: item.sig), [UInt8](hex: item.msg), key)
        #expect(isGood == (item.result == "valid"), "case \(item.tcId)")
      }
    }
    return groups.reduce(0) { $0 + $1.tests.count }
  }

  /// As the verifier asks.
  static func holds(_ signature: [UInt8], _ message: [UInt8], _ key: PublicKey) -> Bool {
    if key.algorithm == .ed25519, !Ed25519Profile.admits(signature: signature.span, key: key.bytes) { return false }
    let (head, payload) = (
      message.span.extracting(first: message.count / 3), message.span.extracting(droppingFirst: message.count / 3)
    )
    return DeviceCryptography()
      .isSignature(signature.span, of: SignedMessage(head: head, payload: payload), by: key)
  }

  @Test(.needsShared("\(Wycheproof.folder)/ecdsa_secp256r1_sha256_p1363_test.json"))
  func `262 P-256 signatures as r ‖ s`() throws {
    #expect(try Self.judge("ecdsa_secp256r1_sha256_p1363_test.json") == 262)
  }

  @Test(.needsShared("\(Wycheproof.folder)/ed25519_test.json"))
  func `151 Ed25519 signatures under the strict profile`() throws {
    #expect(try Self.judge("ed25519_test.json") == 151)
  }
}

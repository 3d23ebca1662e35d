import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Testing

/// Threat T17.
@Suite("The strict profile of Ed25519")
struct Ed25519ProfileTests {
  struct Case: Decodable {
    enum CodingKeys: String, CodingKey {
      case message, signature
      case key = "pub_key"
    }

    let message: String
    let key: String
    let signature: String
  }

  static func admits(_ signature: [UInt8], by key: [UInt8]) -> Bool {
    Ed25519Profile.admits(signature: signature.span, key: key.span)
  }

  @Test(.needsShared("vectors/ed25519-speccheck/cases.json"))
  func `The row of ed25519-speccheck: case 3 alone is accepted`() throws {
    let cases = try Shared.json("vectors/ed25519-speccheck/cases.json", as: [Case].self)
    try #require(cases.count == 12)
    let row = try cases.map { item in
      let (keyBytes, signature, message) = (
        [UInt8](hex: item.key), [UInt8](hex: item.signature), [UInt8](hex: item.message)
      )
      let key = try #require(Bench.publicKey(.ed25519, keyBytes))
      return Ed25519Profile.admits(signature: signature.span, key: keyBytes.span)
        && OpenSSL().isSignature(signature.span, of: SignedMessage(head: Span(), payload: message.span), by: key)
    }
    #expect(row == (0..<12).map { $0 == 3 })
  }

  @Test func `A signature whose S has the group's order added is refused`() throws {
    let signer = Bench.key(.ed25519)
    let signature = try signer.signature(of: [1, 2, 3])
    let key = Array(copying: signer.publicKey.bytes)
    #expect(Self.admits(signature, by: key))
    let order = [UInt8](hex: "EDD3F55C1A631258D69CF7A2DEF9DE1400000000000000000000000000000010")
    var (sum, carry) = (signature, UInt16(0))
    for index in 0..<32 {
      carry += UInt16(signature[32 + index]) + UInt16(order[index])
      sum[32 + index] = UInt8(truncatingIfNeeded: carry)
      carry >>= 8
    }
    #expect(!Self.admits(sum, by: key))
  }

  /// The y coordinates of the points of small order, as y and as y + p where that fits in 255 bits; both signs.
  @Test(arguments: [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  ])
  func `A key or R of small order is refused, however it is written`(hex: String) throws {
    let signer = Bench.key(.ed25519)
    let signature = try signer.signature(of: [1, 2, 3])
    let key = Array(copying: signer.publicKey.bytes)
    for sign in [UInt8(0), 0x80] {
      var point = [UInt8](hex: hex)
      point[31] |= sign
      let changed = point + signature[32...]
      #expect(!Self.admits(signature, by: point), "as key")
      #expect(!Self.admits(changed, by: key), "as R")
    }
  }

  @Test func `A point that is not reduced is refused`() throws {
    let signature = try Bench.key(.ed25519).signature(of: [])
    for low in UInt8(0xED)...0xFF {
      let point = [low] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
      #expect(!Self.admits(signature, by: point), "\(low)")
    }
    // p − 2 is reduced and of large order.
    let below = [0xEB] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
    #expect(Self.admits(signature, by: below))
  }

  @Test func `Other lengths are refused`() {
    let (signature, key) = ([UInt8](repeating: 2, count: 65), [UInt8](repeating: 2, count: 33))
    for (signatureBytes, keyBytes, isAdmitted) in [
      (64, 32, true), (63, 32, false), (65, 32, false), (64, 31, false), (64, 33, false), (0, 0, false),
    ] {
      let admits = Ed25519Profile.admits(
        signature: signature.span.extracting(0..<signatureBytes), key: key.span.extracting(0..<keyBytes))
      #expect(admits == isAdmitted)
    }
  }
}

import AsvinCrypto
import AsvinManifest
import AsvinVerifier
import Testing

@Suite("Trust that cannot be met, or that asks for nothing")
struct TrustTests {
  static func exists(keys: Int, threshold: Int) -> Bool {
    let anchors = [TrustAnchor](repeating: Bench.bothAnchors[0], count: keys)
    return Trust(anchors.span, threshold: threshold) != nil
  }

  @Test(arguments: [(0, 0), (0, 1), (1, 0), (1, -1), (1, 2), (2, 3), (17, 1), (16, 17), (1, Int.max), (1, Int.min)])
  func `A trust that cannot be met is not created`(keys: Int, threshold: Int) {
    #expect(!Self.exists(keys: keys, threshold: threshold))
  }

  @Test(arguments: [(1, 1), (2, 1), (2, 2), (16, 16)])
  func `Any other trust is created`(keys: Int, threshold: Int) {
    #expect(Self.exists(keys: keys, threshold: threshold))
  }

  @Test func `A key has as many bytes as its algorithm requires`() {
    for algorithm in SignatureAlgorithm.allCases {
      for count in 0...66 {
        let bytes = [UInt8](repeating: 1, count: count)
        let isKey = PublicKey(algorithm, bytes.span) != nil
        #expect(isKey == (count == algorithm.publicKeyBytes), "\(algorithm) of \(count) bytes")
      }
    }
  }

  @Test func `A key returns its bytes`() throws {
    for algorithm in SignatureAlgorithm.allCases {
      let bytes = (0..<algorithm.publicKeyBytes).map(UInt8.init)
      let key = try #require(Bench.publicKey(algorithm, bytes))
      let copy = Array(copying: key.bytes)
      #expect(copy == bytes)
    }
  }
}

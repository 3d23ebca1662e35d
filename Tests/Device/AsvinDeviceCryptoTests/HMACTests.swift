import AsvinCrypto
import AsvinDeviceCrypto
import AsvinFixtures
import AsvinManifest
import Testing

@Suite("HMAC on the device") struct HMACTests {
  /// Project Wycheproof's file of HMAC-SHA-256.
  private struct File: Decodable {
    struct Group: Decodable {
      let tagSize: Int
      let tests: [Case]
    }
    struct Case: Decodable {
      let tcId: Int
      let key, msg, tag, result: String
    }
    let testGroups: [Group]
  }

  @Test func `The code of every length of key and message to 200 equals OpenSSL's`() {
    for count in 0...200 {
      let message = Array(DigestTests.message[..<count])
      for keyCount in [1, 31, 32, 63, 64, 65, 128, count + 1] {
        let key = Array(DigestTests.message[..<keyCount])
        #expect(
          HMAC.code(of: message.span, key: key.span) == MessageCode.code(of: message, key: key), "\(count) \(keyCount)")
      }
    }
  }

  @Test(.needsShared("vectors/wycheproof/hmac_sha256_test.json"))
  func `The codes of Wycheproof`() throws {
    let groups = try Shared.json("vectors/wycheproof/hmac_sha256_test.json", as: File.self).testGroups
    var judged = 0
    for group in groups {
      for test in group.tests {
        let (key, message) = ([UInt8](hex: test.key), [UInt8](hex: test.msg))
        let code = HMAC.code(of: message.span, key: key.span)
        let isCode = code.hexadecimal.hasPrefix(test.tag)
        #expect(isCode == (test.result == "valid"), "case \(test.tcId)")
        judged += 1
      }
    }
    #expect(judged == 174)
  }
}

import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  static func hexadecimal(_ bytes: [UInt8]) -> String { SHA256.digest(of: bytes.span).hexadecimal }

  /// FIPS 180-2 appendix B, and the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `The published digests come out`(message: String, digest: String) {
    #expect(Self.hexadecimal(Array(message.utf8)) == digest)
  }

  @Test func `A million letters in pieces of a thousand have the published digest`() {
    var hash = SHA256()
    for _ in 0..<1000 { hash.update([UInt8](repeating: 0x61, count: 1000)) }
    let digest = hash.finish()
    #expect(digest.hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `Wherever a message is cut, the digest is the same`() {
    var numbers = SeededGenerator(seed: 1)
    let message = numbers.bytes(200)
    let whole = SHA256.digest(of: message.span)
    for cut in 0...message.count {
      var hash = SHA256()
      hash.update(Array(message[..<cut]))
      hash.update(Array(message[cut...]))
      let digest = hash.finish()
      #expect(digest == whole, "cut at \(cut)")
    }
  }
}

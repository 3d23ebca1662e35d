import AsvinCrypto
import AsvinFixtures
import AsvinDeviceCrypto
import AsvinManifest
import Glibc
import Testing

@Suite("Digests on the device", .usesScratch)
struct DigestTests {
  static let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 3) }

  static func sha512(_ bytes: Span<UInt8>, pieces: Int = .max) -> String {
    var hash = SHA512()
    var place = 0
    while place < bytes.count {
      let end = place + min(pieces, bytes.count - place)
      hash.update(bytes.extracting(place..<end))
      place = end
    }
    let digest = hash.finish()
    return (0..<64).map { (digest[$0] < 16 ? "0" : "") + String(digest[$0], radix: 16) }.joined()
  }

  @Test func `SHA-256 of every length to 300 equals OpenSSL's`() {
    for count in 0...Self.message.count {
      let bytes = Self.message.span.extracting(first: count)
      #expect(AsvinDeviceCrypto.SHA256.digest(of: bytes) == AsvinCrypto.SHA256.digest(of: bytes), "\(count)")
    }
  }

  @Test func `SHA-512 of every length to 300 equals that of the openssl command`() throws {
    try Scratch.with { scratch in
      for count in 0...Self.message.count {
        try scratch.write(Array(Self.message[..<count]), to: String(1000 + count))
      }
      try #require(unsafe system("cd '\(scratch.folder)' && openssl dgst -sha512 -r 1* >digests") == 0)
      let lines = String(decoding: try scratch.read("digests"), as: UTF8.self).split(separator: "\n")
      try #require(lines.count == 301)
      for (count, line) in lines.enumerated() {
        #expect(Self.sha512(Self.message.span.extracting(first: count)) == line.prefix(128), "\(count)")
      }
    }
  }

  @Test(arguments: [1, 7, 64, 127, 128, 200])
  func `A digest does not depend on the pieces, and the next one begins anew`(size: Int) {
    #expect(Self.sha512(Self.message.span, pieces: size) == Self.sha512(Self.message.span))
    var hash = AsvinDeviceCrypto.SHA256()
    for _ in 0..<2 {
      var place = 0
      while place < Self.message.count {
        let end = min(place + size, Self.message.count)
        hash.update(Self.message.span.extracting(place..<end))
        place = end
      }
      let digest = hash.finish()
      #expect(digest == AsvinDeviceCrypto.SHA256.digest(of: Self.message.span))
    }
  }

  @Test func `A million times the letter a (FIPS 180-4, examples)`() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(Self.sha512(bytes.span).hasPrefix("e718483d0ce769644e2e42c7bc15b4638e1f98b13b204428"))
    #expect(AsvinDeviceCrypto.SHA256.digest(of: bytes.span) == AsvinCrypto.SHA256.digest(of: bytes.span))
  }
}

import AsvinBundle
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Secrets inside images", .usesScratch)
struct SecretTests {
  /// An image with something in its middle, at an offset that no rule prefers.
  static func rules(with secret: [UInt8], at offset: Int = 301) throws -> [LintRule] {
    var rules: [LintRule] = []
    var image = SigningFixture.noise(offset + 400)
    image.replaceSubrange(offset..<(offset + secret.count), with: secret)
    try SigningFixture.with(image: image) { fixture in rules = try fixture.lint().map(\.rule) }
    return rules
  }

  static func pem(_ name: String) throws -> [UInt8] {
    try HostileReleaseTests.readFile("\(SigningFixture.keys)\(name).pem")
  }

  /// The bytes between the PEM markers.
  static func der(_ name: String) throws -> [UInt8] {
    let lines = String(decoding: try pem(name), as: UTF8.self).split(separator: "\n").dropFirst().dropLast()
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bits: UInt32 = 0
    var count = 0
    var bytes: [UInt8] = []
    for byte in lines.joined().utf8 {
      guard let value = alphabet.firstIndex(of: byte) else { continue }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }

  @Test(arguments: ["ed25519", "ecdsa-p256"])
  func `A private key in PEM`(name: String) throws {
    #expect(try Self.rules(with: Self.pem(name)).contains(.privateKey))
  }

  @Test(arguments: ["ed25519", "ecdsa-p256"])
  func `A private key in DER`(name: String) throws {
    #expect(try Self.rules(with: Self.der(name)).contains(.privateKey))
  }

  @Test(arguments: ["ed25519", "ecdsa-p256"])
  func `A well-known test key`(name: String) throws {
    #expect(try Self.rules(with: Self.der("\(name).pub")) == [.testKey])
  }

  @Test func `MCUboot's root-ec-p256, as its build leaves it in an image`() throws {
    let x = [UInt8](hex: "2acb403ce8feed5ba44995a1a91daee8dbbe1937cd14fb2f245737e5953988d9")
    #expect(try Self.rules(with: [4] + x) == [.testKey])
  }

  @Test func `A PEM marker without a key, as TLS libraries hold it, is none`() throws {
    let marker = Array("-----BEGIN PRIVATE KEY-----\0-----END PRIVATE KEY-----\0".utf8)
    #expect(try Self.rules(with: marker).isEmpty)
  }

  @Test(arguments: [65_520, 65_529, 65_530, 65_535, 65_536])
  func `A key that two pieces of the file share is found`(offset: Int) throws {
    #expect(try Self.rules(with: Self.der("ed25519"), at: offset).contains(.privateKey))
  }

  @Test(.needsShared("corpus"))
  func `Real firmware holds none`() throws {
    for name in ["esp8266-micropython-1.9.4-1.10", "aarch64-uboot-rpi4-2023-2025"] {
      try SigningFixture.with(image: Shared.bytes("corpus/\(name)/new.bin")) { fixture in
        let found = try fixture.rules()
        #expect(found == [])
      }
    }
  }
}

import AsvinHost
import AsvinBundle

/// The form of a secret, or of a public key, inside an image.
struct SecretSignature {
  /// The description for messages.
  let name: String
  /// The rule that it breaks.
  let rule: LintRule
  /// The bytes that it starts with, at least ``PatternSearch/compared``.
  let start: [UInt8]
  /// A further condition on the bytes from its start.
  let confirms: @Sendable ([UInt8]) -> Bool

  /// Whether it is at an offset.
  func isMatch(in source: any ByteSource, at offset: UInt64) throws(FileError) -> Bool {
    let bytes = try source.read(at: offset, count: 160)
    return bytes.starts(with: start) && confirms(bytes)
  }

  /// The finding at an offset.
  func finding(at offset: UInt64, in file: String) -> LintFinding {
    let place = "at byte \(offset)"
    switch rule {
    case .testKey:
      return LintFinding(
        rule: rule, file: file, message: "the image holds \(name) \(place), whose private half is public",
        hint: "build it with your own verification key")
    default:
      return LintFinding(
        rule: rule, file: file, message: "the image holds \(name) \(place)",
        hint: "everyone who gets the image gets the key: take it out, or --allow \(rule.rawValue) if it is none")
    }
  }

  /// All signatures that are searched for.
  static let all: [SecretSignature] = pem + der + wellKnown

  // A marker alone is not a key: TLS libraries hold it as a constant. A key has base64 text on the next line.
  private static let pem = ["", "ENCRYPTED ", "EC ", "RSA ", "OPENSSH ", "DSA "].map { kind in
    let marker = Array("-----BEGIN \(kind)PRIVATE KEY-----".utf8)
    return SecretSignature(name: "a private key in PEM", rule: .privateKey, start: marker) { bytes in
      let rest = bytes.dropFirst(marker.count)
      let line = rest.drop { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
      return line.startIndex > rest.startIndex && line.count >= 16 && line.prefix(16).allSatisfy(isPEMText)
    }
  }

  private static let der: [SecretSignature] = [
    // RFC 8410 §7: version, id-Ed25519, and the 32-byte key in two octet strings.
    key("a private Ed25519 key", [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20]) { _ in true
    },
    // RFC 5915 §3: an ECPrivateKey of 32 bytes, then its parameters or its public key.
    key("a private P-256 key", [0x30, 0x77, 2, 1, 1, 4, 0x20]) { $0.count > 39 && ($0[39] == 0xA0 || $0[39] == 0xA1) },
    key("a private P-256 key", [0x30, 0x6B, 2, 1, 1, 4, 0x20]) { $0.count > 39 && $0[39] == 0xA1 },
    // RFC 8017 A.1.2: version 0, and a modulus of 2048, 3072 or 4096 bits.
    key("a private RSA key", [2, 1, 0, 2, 0x82, 1, 1, 0]) { $0.count > 8 && $0[8] & 0x80 != 0 },
    key("a private RSA key", [2, 1, 0, 2, 0x82, 1, 0x81, 0]) { $0.count > 8 && $0[8] & 0x80 != 0 },
    key("a private RSA key", [2, 1, 0, 2, 0x82, 2, 1, 0]) { $0.count > 8 && $0[8] & 0x80 != 0 },
  ]

  private static let wellKnown: [SecretSignature] =
    [
      testKey("MCUboot's root-ec-p256", "2acb403ce8feed5ba44995a1a91daee8dbbe1937cd14fb2f245737e5953988d9"),
      testKey("MCUboot's root-ed25519", "d4b31ba49a3add3f825d10ca7f31b50b0de87f37ccc49f1a403a5c1320ffb4e0"),
      testKey("MCUboot's root-rsa-2048", "d106081a18442c18e8fbfdf70da34f1f"),
      testKey("MCUboot's root-rsa-3072", "b42c0e985810a4a758997c01dd082a28"),
    ] + TestKeys.points.map { testKey($0.name, $0.point) }

  private static func key(
    _ name: String, _ start: [UInt8], _ confirms: @escaping @Sendable ([UInt8]) -> Bool
  ) -> SecretSignature {
    SecretSignature(name: name, rule: .privateKey, start: start, confirms: confirms)
  }

  private static func testKey(_ name: String, _ point: String) -> SecretSignature {
    SecretSignature(name: "the test key \(name)", rule: .testKey, start: bytes(hexadecimal: point)) { _ in true }
  }

  private static func isPEMText(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="),
      // The headers of an encrypted SEC 1 or PKCS #1 key: `Proc-Type: 4,ENCRYPTED`.
      UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: ","):
      true
    default: false
    }
  }

  private static func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map(UInt8.init) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}

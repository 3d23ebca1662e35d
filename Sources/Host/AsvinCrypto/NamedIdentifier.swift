import AsvinHost
package import AsvinManifest
import CAsvinOpenSSL

extension Identifier {
  /// A vendor's id: the version 5 UUID (RFC 9562 §5.5) of its domain in the DNS namespace.
  package static func vendor(domain: String) -> Identifier {
    named(domain, in: dnsNamespace)
  }

  /// A class's id: the version 5 UUID of the board's name in its vendor's namespace.
  package static func deviceClass(_ name: String, of vendor: Identifier) -> Identifier {
    named(name, in: vendor)
  }

  /// The id as text: `165817b3-7282-57d4-a7a0-1270d6f564d3`.
  package var uuid: String {
    var text = ""
    for (index, digits) in hexadecimal.enumerated() {
      if [8, 12, 16, 20].contains(index) { text += "-" }
      text.append(digits)
    }
    return text
  }

  /// An id from its text in upper or lower case; `nil` for other text.
  package init?(uuid text: String) {
    guard text.utf8.count == 36 else { return nil }
    self.init(hexadecimal: text.filter { $0 != "-" })
  }

  /// 6ba7b810-9dad-11d1-80b4-00c04fd430c8 (RFC 9562 §6.6).
  private static let dnsNamespace: Identifier = {
    let bytes: InlineArray<16, UInt8> = [
      0x6B, 0xA7, 0xB8, 0x10, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
    ]
    return Identifier { bytes[$0] }
  }()

  private static func named(_ name: String, in namespace: Identifier) -> Identifier {
    let message = namespace.array + Array(name.utf8)
    var digest = [UInt8](repeating: 0, count: 20)
    let done = unsafe asvin_sha1(message, message.count, &digest)
    precondition(done == 1, "OpenSSL cannot compute SHA-1")
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return Identifier { digest[$0] }
  }
}

extension FixedBytes {
  /// The bytes of pairs of hexadecimal digits in upper or lower case; `nil` for other text.
  package init?(hexadecimal text: String) {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 2 * count, text.utf8.count == digits.count else { return nil }
    self.init { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
  }

  /// The bytes as lower-case hexadecimal digits.
  package var hexadecimal: String {
    AsvinHost.hexadecimal((0..<count).map { self[$0] })
  }
}

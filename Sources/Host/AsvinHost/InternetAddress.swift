import Glibc

/// An IP address in its canonical form.
package struct InternetAddress: Equatable, Sendable {
  /// 4 or 16 bytes.
  package let bytes: [UInt8]
  /// The canonical text, which has no character that its sender chose.
  package let text: String

  /// Reads an IPv4 or IPv6 address without a zone; `nil` for other text. An IPv4 address that is mapped into IPv6 is the
  /// IPv4 address.
  package init?(_ text: some StringProtocol) {
    let text = String(text)
    guard text.utf8.count < INET6_ADDRSTRLEN, !text.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16)
    if unsafe inet_pton(AF_INET, text, &bytes) == 1 {
      bytes = Array(bytes[..<4])
    } else {
      guard unsafe inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
      let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
      if isMapped { bytes = Array(bytes[12...]) }
    }
    var name = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard unsafe inet_ntop(family, bytes, &name, socklen_t(name.count)) != nil else { return nil }
    self.bytes = bytes
    self.text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Addresses that have the same first bits, such as `10.0.0.0/8`.
package struct NetworkRange: Equatable, Sendable {
  private let address: InternetAddress
  private let bits: Int

  /// Reads a range in the notation of CIDR, or one address; `nil` for other text.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = InternetAddress(parts[0]) else { return nil }
    let most = address.bytes.count * 8
    guard let bits = parts.count == 1 ? most : Int(parts[1]), (0...most).contains(bits) else { return nil }
    (self.address, self.bits) = (address, bits)
  }

  package func contains(_ other: InternetAddress) -> Bool {
    guard other.bytes.count == address.bytes.count else { return false }
    for bit in 0..<bits {
      let difference = other.bytes[bit / 8] ^ address.bytes[bit / 8]
      if difference & (0x80 >> UInt8(bit % 8)) != 0 { return false }
    }
    return true
  }
}

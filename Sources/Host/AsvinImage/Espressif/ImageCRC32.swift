/// A CRC with the polynomial 0x04C11DB7 of bytes that arrive in pieces.
struct ImageCRC32 {
  /// The order in which the bits of a byte enter the CRC.
  enum Order {
    /// The lowest bit first, as Ethernet and zlib do it.
    case reflected
    /// The highest bit first (CRC-32/MPEG-2), as the ESP8266's eboot does it.
    case direct
  }

  private let order: Order
  private let table: [UInt32]
  /// The register, which starts with all bits set. The last step differs between formats, so the caller performs it.
  private(set) var register: UInt32 = 0xFFFF_FFFF

  init(_ order: Order) {
    self.order = order
    table = (0..<256).map { (index: UInt32) in
      var entry = order == .reflected ? index : index << 24
      for _ in 0..<8 {
        switch order {
        case .reflected: entry = entry & 1 == 0 ? entry >> 1 : entry >> 1 ^ 0xEDB8_8320
        case .direct: entry = entry & 0x8000_0000 == 0 ? entry << 1 : entry << 1 ^ 0x04C1_1DB7
        }
      }
      return entry
    }
  }

  /// Adds bytes.
  mutating func update(_ bytes: [UInt8]) {
    switch order {
    case .reflected:
      for byte in bytes { register = register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] }
    case .direct:
      for byte in bytes { register = register << 8 ^ table[Int(UInt8(truncatingIfNeeded: register >> 24) ^ byte)] }
    }
  }
}

/// CRC-32 as in IEEE 802.3, two bits at a time because that table is small. It detects what a loss of power leaves.
struct CRC32 {
  private var register: UInt32 = .max
  init() {}
  var value: UInt32 { ~register }

  mutating func add(_ byte: UInt8) {
    register ^= UInt32(byte)
    for _ in 0..<4 { register = register >> 2 ^ Self.table[Int(truncatingIfNeeded: register & 3)] }
  }

  private static let table: InlineArray<4, UInt32> = [0x0000_0000, 0x76DC_4190, 0xEDB8_8320, 0x9B64_C2B0]
}

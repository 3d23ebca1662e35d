/// CRC-32 as in IEEE 802.3, four bits at a time because that table is small. It detects what a loss of power leaves.
struct CRC32 {
  private var register: UInt32 = .max
  init() {}
  var value: UInt32 { ~register }

  mutating func add(_ byte: UInt8) {
    register ^= UInt32(byte)
    for _ in 0..<2 { register = register >> 4 ^ Self.table[Int(truncatingIfNeeded: register & 15)] }
  }

  private static let table: InlineArray<16, UInt32> = [
    0x0000_0000, 0x1DB7_1064, 0x3B6E_20C8, 0x26D9_30AC, 0x76DC_4190, 0x6B6B_51F4, 0x4DB2_6158, 0x5005_713C,
    0xEDB8_8320, 0xF00F_9344, 0xD6D6_A3E8, 0xCB61_B38C, 0x9B64_C2B0, 0x86D3_D2D4, 0xA00A_E278, 0xBDBD_F21C,
  ]
}

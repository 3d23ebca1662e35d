/// RISC-V with compressed instructions (RISC-V ISA Manual, volume I): jumps, branches, and the upper twenty bits of an
/// address with the lower twelve that an instruction shortly after adds.
enum RISCV {
  static let forms: InlineArray<11, Form> = [
    // JAL
    Form(
      0x7F, 0x6F, bits: 21, isFar: true, is: .signed,
      .init(12, 8, to: 12), .init(20, 1, to: 11), .init(21, 10, to: 1), .init(31, 1, to: 20)),
    // BEQ …
    Form(
      0x7F, 0x63, bits: 13, is: .signed, .init(7, 1, to: 11), .init(8, 4, to: 1), .init(25, 6, to: 5),
      .init(31, 1, to: 12)),
    // C.JAL, C.J
    Form(
      0x6003, 0x2001, bits: 12, is: .signed + .continued,
      .init(2, 1, to: 5), .init(3, 3, to: 1), .init(6, 1, to: 7), .init(7, 1, to: 6), .init(8, 1, to: 10)),
    Form(0xFFFF, 0x2001, is: .exception, .init(9, 2, to: 8), .init(11, 1, to: 4), .init(12, 1, to: 11)),
    // C.BEQZ, C.BNEZ
    Form(
      0xC003, 0xC001, bits: 9, is: .signed,
      .init(2, 1, to: 5), .init(3, 2, to: 1), .init(5, 2, to: 6), .init(10, 2, to: 3), .init(12, 1, to: 8)),
    // AUIPC, LUI
    Form(0x7F, 0x17, isFar: true, is: .upper + .rounded, .init(12, 20, to: 12)),
    Form(0x7F, 0x37, snap: 32, is: .upper + .rounded, .init(12, 20, to: 12)),
    // ADDI
    Form(0x707F, 0x13, bits: 12, isFar: true, is: .lower + .signed, .init(20, 12, to: 0)),
    // JALR
    Form(0x707F, 0x67, bits: 12, isFar: true, is: .lower + .signed, .init(20, 12, to: 0)),
    // LB … FLD
    Form(0x7B, 0x03, bits: 12, isFar: true, is: .lower + .signed, .init(20, 12, to: 0)),
    // SB … FSD
    Form(0x7B, 0x23, bits: 12, isFar: true, is: .lower + .signed, .init(7, 5, to: 0), .init(25, 7, to: 5)),
  ]

  static func length(_ word: UInt32) -> UInt32 { word & 3 == 3 ? 4 : 2 }
}

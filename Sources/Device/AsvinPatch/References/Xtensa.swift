/// Xtensa (ISA Reference Manual, chapter 8): calls, jumps, branches and literal loads of lx106 and lx6.
enum Xtensa {
  static let forms: InlineArray<8, Form> = [
    // CALL0 … CALL12
    Form(0xF, 0x5, lead: 4, snap: 2, bits: 20, isFar: true, is: .signed, .init(6, 18, to: 2)),
    // J
    Form(0x3F, 0x06, lead: 4, bits: 18, is: .signed, .init(6, 18, to: 0)),
    // BEQZ …
    Form(0x3F, 0x16, lead: 4, bits: 12, is: .signed, .init(12, 12, to: 0)),
    // BEQI …
    Form(0x3F, 0x26, lead: 4, bits: 8, is: .signed, .init(16, 8, to: 0)),
    // BLTUI, BGEUI; not ENTRY nor the loops
    Form(0xBF, 0xB6, lead: 4, bits: 8, is: .signed, .init(16, 8, to: 0)),
    // BNONE …
    Form(0xF, 0x7, lead: 4, bits: 8, is: .signed, .init(16, 8, to: 0)),
    // L32R: its literal is up to 256 KiB before it.
    Form(0xF, 0x1, lead: 3, snap: 2, page: -4, bits: 18, isFar: true, .init(8, 16, to: 2)),
    // BEQZ.N, BNEZ.N
    Form(0x8F, 0x8C, lead: 4, bits: 6, .init(4, 2, to: 4), .init(12, 4, to: 0)),
  ]

  static func length(_ word: UInt32) -> UInt32 { word & 15 >= 8 ? 2 : 3 }
}

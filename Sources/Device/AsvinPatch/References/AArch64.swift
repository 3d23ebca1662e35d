/// AArch64 (Arm DDI 0487, C4 and C6.2): branches, literal loads, and page addresses with the low twelve bits that an
/// instruction shortly after adds.
enum AArch64 {
  static let forms: InlineArray<12, Form> = [
    // B, BL
    Form(0x7C00_0000, 0x1400_0000, bits: 28, isFar: true, is: .signed, .init(0, 26, to: 2)),
    // B.c
    Form(0xFF00_0000, 0x5400_0000, bits: 21, is: .signed, .init(5, 19, to: 2)),
    // CBZ, CBNZ
    Form(0x7E00_0000, 0x3400_0000, bits: 21, is: .signed, .init(5, 19, to: 2)),
    // TBZ, TBNZ
    Form(0x7E00_0000, 0x3600_0000, bits: 16, is: .signed, .init(5, 14, to: 2)),
    // LDR (literal)
    Form(0x3B00_0000, 0x1800_0000, bits: 21, is: .signed, .init(5, 19, to: 2)),
    // ADR
    Form(0x9F00_0000, 0x1000_0000, bits: 21, is: .signed, .init(29, 2, to: 0), .init(5, 19, to: 2)),
    // ADRP
    Form(0x9F00_0000, 0x9000_0000, snap: 12, isFar: true, is: .upper, .init(29, 2, to: 12), .init(5, 18, to: 14)),
    // ADD (immediate)
    Form(0xFFC0_0000, 0x9100_0000, is: .lower, .init(10, 12, to: 0)),
    // LDR, STR (immediate) of 1, 2, 4 and 8 bytes
    Form(0xFB00_0000, 0x3900_0000, is: .lower, .init(10, 12, to: 0)),
    Form(0xFB00_0000, 0x7900_0000, is: .lower, .init(10, 11, to: 1)),
    Form(0xFB00_0000, 0xB900_0000, is: .lower, .init(10, 10, to: 2)),
    Form(0xFB00_0000, 0xF900_0000, is: .lower, .init(10, 9, to: 3)),
  ]
}

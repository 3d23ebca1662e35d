/// A32 (Arm DDI 0406C, A5): branches, and loads relative to the program counter.
enum A32 {
  static let forms: InlineArray<4, Form> = [
    // BLX (immediate)
    Form(
      0xFE00_0000, 0xFA00_0000, lead: 8, bits: 26, isFar: true, is: .signed, .init(0, 24, to: 2), .init(24, 1, to: 1)),
    // Other instructions without a condition.
    Form(0xF000_0000, 0xF000_0000, is: .exception),
    // B, BL
    Form(0x0E00_0000, 0x0A00_0000, lead: 8, bits: 26, isFar: true, is: .signed, .init(0, 24, to: 2)),
    // LDR (literal)
    Form(0x0F3F_0000, 0x051F_0000, lead: 8, bits: 12, adds: 23, .init(0, 12, to: 0)),
  ]
}

/// Thumb and Thumb-2 (Arm DDI 0403E, A5 and A7.7): branches, and loads and addresses relative to the program counter.
enum Thumb {
  static let forms: InlineArray<11, Form> = [
    // BL
    Form(
      0xD000_F800, 0xD000_F000, lead: 4, bits: 25, isFar: true, is: .signed + .folded,
      .init(0, 10, to: 12), .init(10, 1, to: 24), .init(16, 11, to: 1), .init(27, 1, to: 22), .init(29, 1, to: 23)),
    // B.W
    Form(
      0xD000_F800, 0x9000_F000, lead: 4, bits: 25, isFar: true, is: .signed + .folded,
      .init(0, 10, to: 12), .init(10, 1, to: 24), .init(16, 11, to: 1), .init(27, 1, to: 22), .init(29, 1, to: 23)),
    // Where a condition would be 14 or 15: MSR, hints, barriers.
    Form(0xD000_FB80, 0x8000_F380, is: .exception),
    // B<c>.W
    Form(
      0xD000_F800, 0x8000_F000, lead: 4, bits: 21, is: .signed,
      .init(0, 6, to: 12), .init(10, 1, to: 20), .init(16, 11, to: 1), .init(27, 1, to: 19), .init(29, 1, to: 18)),
    // B
    Form(0xF800, 0xE000, lead: 4, bits: 12, is: .signed, .init(0, 11, to: 1)),
    // UDF, SVC
    Form(0xFE00, 0xDE00, is: .exception),
    // B<c>
    Form(0xF000, 0xD000, lead: 4, bits: 9, is: .signed, .init(0, 8, to: 1)),
    // CBZ, CBNZ
    Form(0xF500, 0xB100, lead: 4, bits: 7, .init(3, 5, to: 1), .init(9, 1, to: 6)),
    // LDR (literal)
    Form(0xF800, 0x4800, lead: 4, snap: 2, bits: 10, .init(0, 8, to: 2)),
    // LDR.W (literal)
    Form(0xFF7F, 0xF85F, lead: 4, snap: 2, bits: 12, adds: 7, .init(16, 12, to: 0)),
    // ADR
    Form(0xF800, 0xA000, lead: 4, snap: 2, bits: 10, .init(0, 8, to: 2)),
  ]

  static func length(_ word: UInt32) -> UInt32 { word >> 11 & 31 >= 0x1D ? 4 : 2 }
}

/// AVR (AVR Instruction Set Manual, DS40002198): jumps, calls and branches. Program addresses count words.
enum AVR {
  static let forms: InlineArray<4, Form> = [
    // RJMP, RCALL
    Form(0xE000, 0xC000, lead: 2, bits: 13, isFar: true, is: .signed, .init(0, 12, to: 1)),
    // BRBS, BRBC
    Form(0xF800, 0xF000, lead: 2, bits: 8, is: .signed, .init(3, 7, to: 1)),
    // JMP, CALL
    Form(0xFE0C, 0x940C, snap: 32, .init(0, 1, to: 17), .init(4, 5, to: 18), .init(16, 16, to: 1)),
    // LDS, STS: data addresses, kept apart from program ones.
    Form(0xFC0F, 0x9000, snap: 32, page: -128, bits: 16, .init(16, 16, to: 0)),
  ]

  static func length(_ word: UInt32) -> UInt32 { word & 0xFE0C == 0x940C || word & 0xFC0F == 0x9000 ? 4 : 2 }
}

/// x86 (Intel SDM, volume 2): calls and jumps with a 32-bit distance. Instructions have any length, so a reference is
/// the distance itself, and the four bytes before it identify it.
enum X86 {
  static let forms: InlineArray<3, Form> = [
    // CALL, JMP
    Form(0xFF00_0000, 0xE800_0000, lead: 4, isFar: true, is: .inside, .init(0, 32, to: 0)),
    Form(0xFF00_0000, 0xE900_0000, lead: 4, isFar: true, is: .inside, .init(0, 32, to: 0)),
    // J<c>
    Form(0xF0FF_0000, 0x800F_0000, lead: 4, is: .inside, .init(0, 32, to: 0)),
  ]
}

/// Xtensa (ISA Reference Manual, chapter 8): calls, jumps, branches and literal loads of lx106 and lx6.
enum Xtensa {
  static let call: UInt8 = 2, jump: UInt8 = 3, branch12: UInt8 = 4, branch8: UInt8 = 5, literal: UInt8 = 6
  static let narrow: UInt8 = 7

  static func reference<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> Reference? {
    let word = image.half(offset) | image.get(offset &+ 2) << 16
    let next = offset &+ 4
    switch word & 15 {
    case 5: return Reference(kind: call, length: 3, target: next & ~3 &+ signExtended(word >> 6, bits: 18) << 2)
    case 6:
      switch word >> 4 & 3 {
      case 0: return Reference(kind: jump, length: 3, target: next &+ signExtended(word >> 6, bits: 18))
      case 1: return Reference(kind: branch12, length: 3, target: next &+ signExtended(word >> 12, bits: 12))
      default:
        // ENTRY, and the loops, are no branches.
        guard word >> 4 & 15 != 3, word >> 4 & 15 != 7 else { return nil }
        return Reference(kind: branch8, length: 3, target: next &+ signExtended(word >> 16, bits: 8))
      }
    case 7: return Reference(kind: branch8, length: 3, target: next &+ signExtended(word >> 16, bits: 8))
    case 1:
      return Reference(kind: literal, length: 3, target: (offset &+ 3) & ~3 &+ (0xFFFC_0000 | (word >> 8) << 2))
    case 12 where word & 0x80 != 0:
      return Reference(kind: narrow, length: 2, target: next &+ (word >> 12 & 15 | word & 0x30))
    default: return nil
    }
  }

  static func rewritten(_ bytes: UInt32, kind: UInt8, at offset: UInt32, target: UInt32) -> UInt32? {
    let next = offset &+ 4
    let distance = target &- next
    switch kind {
    case call:
      let steps = target &- (next & ~3)
      return fits(steps, bits: 20) ? bytes & 0x3F | (steps >> 2 & 0x3FFFF) << 6 : nil
    case jump: return fits(distance, bits: 18) ? bytes & 0x3F | (distance & 0x3FFFF) << 6 : nil
    case branch12: return fits(distance, bits: 12) ? bytes & 0xFFF | (distance & 0xFFF) << 12 : nil
    case branch8: return fits(distance, bits: 8) ? bytes & 0xFFFF | (distance & 0xFF) << 16 : nil
    case literal:
      let steps = target &- ((offset &+ 3) & ~3)
      return steps >= 0xFFFC_0000 ? bytes & 0xFF | (steps >> 2 & 0xFFFF) << 8 : nil
    case narrow: return distance < 64 ? bytes & 0x0FCF | (distance & 15) << 12 | distance & 0x30 : nil
    default: return nil
    }
  }
}

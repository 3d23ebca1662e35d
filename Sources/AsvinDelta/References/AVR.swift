/// AVR (AVR Instruction Set Manual, DS40002198): jumps, calls and branches. Program addresses count words.
enum AVR {
  static let relative: UInt8 = 2, branch: UInt8 = 3, absolute: UInt8 = 4, data: UInt8 = 5

  static func length(_ half: UInt32) -> UInt32 {
    half & 0xFE0C == 0x940C || half & 0xFC0F == 0x9000 ? 4 : 2
  }

  static func reference<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> Reference? {
    let half = image.half(offset)
    switch half >> 12 {
    case 0xC, 0xD: return Reference(kind: relative, length: 2, target: offset &+ 2 &+ signExtended(half << 1, bits: 13))
    case 0xF where half & 0x800 == 0:
      return Reference(kind: branch, length: 2, target: offset &+ 2 &+ signExtended(half >> 2 & 0xFE, bits: 8))
    case 0x9 where half & 0xFE0C == 0x940C:
      let high = (half >> 4 & 31) << 1 | half & 1
      return Reference(kind: absolute, length: 4, target: (high << 16 | image.half(offset &+ 2)) << 1)
    case 0x9 where half & 0xFC0F == 0x9000:
      // Data addresses, kept apart from program ones.
      return Reference(kind: data, length: 4, target: 0x80_0000 | image.half(offset &+ 2))
    default: return nil
    }
  }

  static func rewritten(_ bytes: UInt32, kind: UInt8, at offset: UInt32, target: UInt32) -> UInt32? {
    let distance = target &- offset &- 2
    switch kind {
    case relative: return fits(distance, bits: 13) ? bytes & 0xF000 | distance >> 1 & 0xFFF : nil
    case branch: return fits(distance, bits: 8) ? bytes & 0xFC07 | (distance >> 1 & 0x7F) << 3 : nil
    case absolute:
      let words = target >> 1
      return bytes & 0xFE0E | (words >> 17 & 31) << 4 | words >> 16 & 1 | words << 16
    case data: return bytes & 0xFFFF | target << 16
    default: return nil
    }
  }
}

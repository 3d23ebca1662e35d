/// Thumb and Thumb-2 (Arm DDI 0403E, A5 and A7.7): branches, and loads and addresses relative to the program counter.
enum Thumb {
  static let branchLink: UInt8 = 2, branchWide: UInt8 = 3, conditionalWide: UInt8 = 4, branch: UInt8 = 5
  static let conditional: UInt8 = 6, compareBranch: UInt8 = 7, load: UInt8 = 8, loadWide: UInt8 = 9, address: UInt8 = 10

  static func length(_ half: UInt32) -> UInt32 { half >> 11 >= 0x1D ? 4 : 2 }

  static func reference<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> Reference? {
    let half = image.half(offset)
    let next = offset &+ 4
    switch half >> 11 {
    case 0b11110:
      let second = image.half(offset &+ 2)
      switch second & 0xD000 {
      case 0xD000: return Reference(kind: branchLink, length: 4, target: next &+ wide(half, second))
      case 0x9000: return Reference(kind: branchWide, length: 4, target: next &+ wide(half, second))
      case 0x8000 where half >> 7 & 7 != 7:
        return Reference(kind: conditionalWide, length: 4, target: next &+ conditionalWide(half, second))
      default: return nil
      }
    case 0b11111 where half & 0xFF7F == 0xF85F:
      let distance = image.half(offset &+ 2) & 0xFFF
      let base = next & ~3
      return Reference(kind: loadWide, length: 4, target: half & 0x80 != 0 ? base &+ distance : base &- distance)
    case 0b11100: return Reference(kind: branch, length: 2, target: next &+ signExtended(half << 1, bits: 12))
    case 0b11010, 0b11011:
      guard half >> 8 & 15 < 14 else { return nil }
      return Reference(kind: conditional, length: 2, target: next &+ signExtended(half << 1 & 0x1FF, bits: 9))
    case 0b10110, 0b10111:
      guard half & 0x500 == 0x100 else { return nil }
      return Reference(kind: compareBranch, length: 2, target: next &+ (half >> 3 & 0x40 | half >> 2 & 0x3E))
    case 0b01001: return Reference(kind: load, length: 2, target: next & ~3 &+ (half & 0xFF) << 2)
    case 0b10100: return Reference(kind: address, length: 2, target: next & ~3 &+ (half & 0xFF) << 2)
    default: return nil
    }
  }

  static func rewritten(_ bytes: UInt32, kind: UInt8, at offset: UInt32, target: UInt32) -> UInt32? {
    let next = offset &+ 4
    let distance = target &- next
    switch kind {
    case branchLink, branchWide:
      guard fits(distance, bits: 25) else { return nil }
      let (sign, high, low) = (distance >> 24 & 1, distance >> 12 & 0x3FF, distance >> 1 & 0x7FF)
      let (j1, j2) = ((distance >> 23 & 1) ^ sign ^ 1, (distance >> 22 & 1) ^ sign ^ 1)
      return bytes & 0xD000_F800 | sign << 10 | high | (j1 << 13 | j2 << 11 | low) << 16
    case conditionalWide:
      guard fits(distance, bits: 21) else { return nil }
      let second = (distance >> 18 & 1) << 13 | (distance >> 19 & 1) << 11 | distance >> 1 & 0x7FF
      return bytes & 0xD000_FBC0 | (distance >> 20 & 1) << 10 | distance >> 12 & 0x3F | second << 16
    case branch:
      guard fits(distance, bits: 12) else { return nil }
      return bytes & 0xF800 | distance >> 1 & 0x7FF
    case conditional:
      guard fits(distance, bits: 9) else { return nil }
      return bytes & 0xFF00 | distance >> 1 & 0xFF
    case compareBranch:
      guard distance < 128 else { return nil }
      return bytes & 0xFD07 | (distance & 0x40) << 3 | (distance & 0x3E) << 2
    case load, address:
      let steps = target &- (next & ~3)
      guard steps < 1024 else { return nil }
      return bytes & 0xFF00 | steps >> 2
    case loadWide:
      let steps = target &- (next & ~3)
      let back = 0 &- steps
      if steps < 4096 { return bytes & 0xF000_FF7F | 0x80 | steps << 16 }
      return back < 4096 ? bytes & 0xF000_FF7F | back << 16 : nil
    default: return nil
    }
  }

  private static func wide(_ half: UInt32, _ second: UInt32) -> UInt32 {
    let sign = half >> 10 & 1
    let (i1, i2) = ((second >> 13 & 1) ^ sign ^ 1, (second >> 11 & 1) ^ sign ^ 1)
    return signExtended(
      sign << 24 | i1 << 23 | i2 << 22 | (half & 0x3FF) << 12 | (second & 0x7FF) << 1, bits: 25)
  }

  private static func conditionalWide(_ half: UInt32, _ second: UInt32) -> UInt32 {
    let sign = half >> 10 & 1
    let (j1, j2) = (second >> 13 & 1, second >> 11 & 1)
    return signExtended(
      sign << 20 | j2 << 19 | j1 << 18 | (half & 0x3F) << 12 | (second & 0x7FF) << 1, bits: 21)
  }
}

/// AArch64 (Arm DDI 0487, C4 and C6.2): branches, literal loads, and page addresses with the low twelve bits that an
/// instruction shortly behind adds.
enum AArch64 {
  static let branch: UInt8 = 2, branchLink: UInt8 = 3, conditional: UInt8 = 4, test: UInt8 = 5, literal: UInt8 = 6
  static let page: UInt8 = 7, add: UInt8 = 8, access: UInt8 = 9, address: UInt8 = 10

  static func reference<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> Reference? {
    let word = image.word(offset)
    switch word >> 24 {
    case 0x14...0x17: return Reference(kind: branch, length: 4, target: offset &+ signExtended(word, bits: 26) << 2)
    case 0x94...0x97:
      return Reference(kind: branchLink, length: 4, target: offset &+ signExtended(word, bits: 26) << 2)
    case 0x54, 0x34, 0x35, 0xB4, 0xB5:
      return Reference(kind: conditional, length: 4, target: offset &+ signExtended(word >> 5, bits: 19) << 2)
    case 0x36, 0x37, 0xB6, 0xB7:
      return Reference(kind: test, length: 4, target: offset &+ signExtended(word >> 5, bits: 14) << 2)
    case 0x18, 0x58, 0x98, 0x1C, 0x5C, 0x9C:
      return Reference(kind: literal, length: 4, target: offset &+ signExtended(word >> 5, bits: 19) << 2)
    case 0x10, 0x30, 0x50, 0x70:
      return Reference(kind: address, length: 4, target: offset &+ immediate(word))
    case 0x90, 0xB0, 0xD0, 0xF0:
      let start = offset & ~4095 &+ immediate(word) << 12
      return Reference(kind: page, length: 4, target: start &+ low(in: image, behind: offset, register: word & 31))
    case 0x91 where word >> 22 & 3 == 0:
      guard let start = page(in: image, before: offset, register: word >> 5 & 31) else { return nil }
      return Reference(kind: add, length: 4, target: start &+ (word >> 10 & 0xFFF))
    case 0x39, 0x79, 0xB9, 0xF9, 0x3D, 0x7D, 0xBD, 0xFD:
      guard let start = page(in: image, before: offset, register: word >> 5 & 31) else { return nil }
      return Reference(kind: access, length: 4, target: start &+ (word >> 10 & 0xFFF) << (word >> 30))
    default: return nil
    }
  }

  static func rewritten(_ bytes: UInt32, kind: UInt8, at offset: UInt32, target: UInt32) -> UInt32? {
    let distance = target &- offset
    switch kind {
    case branch, branchLink:
      return fits(distance, bits: 28) ? bytes & 0xFC00_0000 | distance >> 2 & 0x3FF_FFFF : nil
    case conditional, literal:
      return fits(distance, bits: 21) ? bytes & 0xFF00_001F | (distance >> 2 & 0x7FFFF) << 5 : nil
    case test: return fits(distance, bits: 16) ? bytes & 0xFFF8_001F | (distance >> 2 & 0x3FFF) << 5 : nil
    case address: return fits(distance, bits: 21) ? field(bytes, distance) : nil
    case page: return field(bytes, signExtended((target >> 12) &- (offset >> 12), bits: 20))
    case add: return bytes & 0xFFC0_03FF | (target & 0xFFF) << 10
    case access:
      let scale = bytes >> 30
      return bytes & 0xFFC0_03FF | ((target & 0xFFF) >> scale) << 10
    default: return nil
    }
  }

  private static func immediate(_ word: UInt32) -> UInt32 {
    signExtended(word >> 29 & 3 | (word >> 5 & 0x7FFFF) << 2, bits: 21)
  }

  private static func field(_ bytes: UInt32, _ value: UInt32) -> UInt32 {
    bytes & 0x9F00_001F | (value & 3) << 29 | (value >> 2 & 0x7FFFF) << 5
  }

  /// The low bits that an instruction shortly behind a page address adds to its register.
  private static func low<Store: ByteStore & ~Copyable>(
    in image: borrowing Store, behind offset: UInt32, register: UInt32
  ) -> UInt32 {
    for step in 1..<UInt32(6) {
      let word = image.word(offset &+ step &* 4)
      guard word >> 5 & 31 == register else { continue }
      if word >> 22 == 0x244 { return word >> 10 & 0xFFF }
      if word & 0x3B00_0000 == 0x3900_0000 { return (word >> 10 & 0xFFF) << (word >> 30) & 0xFFF }
    }
    return 0
  }

  /// The page that an instruction shortly before put into a register.
  private static func page<Store: ByteStore & ~Copyable>(
    in image: borrowing Store, before offset: UInt32, register: UInt32
  ) -> UInt32? {
    for step in 1..<UInt32(6) {
      let place = offset &- step &* 4
      guard place < offset else { return nil }
      let word = image.word(place)
      if word & 0x9F00_001F == 0x9000_0000 | register { return place & ~4095 &+ immediate(word) << 12 }
    }
    return nil
  }
}

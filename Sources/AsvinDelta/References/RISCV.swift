/// RISC-V with compressed instructions (RISC-V ISA Manual, volume I): jumps, branches, and the upper twenty bits of an
/// address with the lower twelve that an instruction shortly behind adds.
enum RISCV {
  static let jump: UInt8 = 2, branch: UInt8 = 3, shortJump: UInt8 = 4, shortBranch: UInt8 = 5, upper: UInt8 = 6
  static let lower: UInt8 = 7, lowerStore: UInt8 = 8, absolute: UInt8 = 9, absoluteLower: UInt8 = 10
  static let absoluteStore: UInt8 = 11

  static func length(_ first: UInt32) -> UInt32 { first & 3 == 3 ? 4 : 2 }

  static func reference<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> Reference? {
    let word = image.word(offset)
    guard word & 3 == 3 else { return short(word & 0xFFFF, at: offset) }
    switch word & 0x7F {
    case 0x6F:
      let distance =
        (word >> 31) << 20 | (word >> 12 & 0xFF) << 12 | (word >> 20 & 1) << 11 | (word >> 21 & 0x3FF) << 1
      return Reference(kind: jump, length: 4, target: offset &+ signExtended(distance, bits: 21))
    case 0x63:
      let distance = (word >> 31) << 12 | (word >> 7 & 1) << 11 | (word >> 25 & 0x3F) << 5 | (word >> 8 & 15) << 1
      return Reference(kind: branch, length: 4, target: offset &+ signExtended(distance, bits: 13))
    case 0x17:
      let low = low(in: image, behind: offset, register: word >> 7 & 31)
      return Reference(kind: upper, length: 4, target: offset &+ (word & 0xFFFF_F000) &+ low)
    case 0x37:
      let low = low(in: image, behind: offset, register: word >> 7 & 31)
      return Reference(kind: absolute, length: 4, target: (word & 0xFFFF_F000) &+ low)
    case 0x13, 0x03, 0x67, 0x07:
      guard word & 0x7F != 0x13 || word >> 12 & 7 == 0 else { return nil }
      return consumer(word, low: signExtended(word >> 20, bits: 12), isStore: false, in: image, at: offset)
    case 0x23, 0x27:
      let low = signExtended((word >> 25) << 5 | word >> 7 & 31, bits: 12)
      return consumer(word, low: low, isStore: true, in: image, at: offset)
    default: return nil
    }
  }

  static func rewritten(
    _ bytes: UInt32, kind: UInt8, at offset: UInt32, target: UInt32, upperDistance: UInt32
  ) -> UInt32? {
    let distance = target &- offset
    switch kind {
    case jump:
      guard fits(distance, bits: 21) else { return nil }
      return bytes & 0xFFF | (distance >> 20 & 1) << 31 | (distance >> 1 & 0x3FF) << 21 | (distance >> 11 & 1) << 20
        | (distance >> 12 & 0xFF) << 12
    case branch:
      guard fits(distance, bits: 13) else { return nil }
      return bytes & 0x01FF_F07F | (distance >> 12 & 1) << 31 | (distance >> 5 & 0x3F) << 25 | (distance >> 1 & 15) << 8
        | (distance >> 11 & 1) << 7
    case shortJump:
      guard fits(distance, bits: 12) else { return nil }
      return bytes & 0xE003 | (distance >> 11 & 1) << 12 | (distance >> 4 & 1) << 11 | (distance >> 8 & 3) << 9
        | (distance >> 10 & 1) << 8 | (distance >> 6 & 1) << 7 | (distance >> 7 & 1) << 6 | (distance >> 1 & 7) << 3
        | (distance >> 5 & 1) << 2
    case shortBranch:
      guard fits(distance, bits: 9) else { return nil }
      return bytes & 0xE383 | (distance >> 8 & 1) << 12 | (distance >> 3 & 3) << 10 | (distance >> 6 & 3) << 5
        | (distance >> 1 & 3) << 3 | (distance >> 5 & 1) << 2
    case upper: return bytes & 0xFFF | (distance &+ 0x800) & 0xFFFF_F000
    case absolute: return bytes & 0xFFF | (target &+ 0x800) & 0xFFFF_F000
    case lower: return bytes & 0xF_FFFF | (distance &+ upperDistance) << 20
    case absoluteLower: return bytes & 0xF_FFFF | target << 20
    case lowerStore: return store(bytes, distance &+ upperDistance)
    case absoluteStore: return store(bytes, target)
    default: return nil
    }
  }

  private static func store(_ bytes: UInt32, _ low: UInt32) -> UInt32 {
    bytes & 0x01FF_F07F | (low >> 5 & 0x7F) << 25 | (low & 31) << 7
  }

  private static func short(_ half: UInt32, at offset: UInt32) -> Reference? {
    guard half & 3 == 1 else { return nil }
    switch half >> 13 {
    case 1, 5:
      let (a, b) = (half >> 12 & 1, half >> 11 & 1)
      let distance =
        a << 11 | b << 4 | (half >> 9 & 3) << 8 | (half >> 8 & 1) << 10 | (half >> 7 & 1) << 6 | (half >> 6 & 1) << 7
        | (half >> 3 & 7) << 1 | (half >> 2 & 1) << 5
      return Reference(kind: shortJump, length: 2, target: offset &+ signExtended(distance, bits: 12))
    case 6, 7:
      let distance =
        (half >> 12 & 1) << 8 | (half >> 10 & 3) << 3 | (half >> 5 & 3) << 6 | (half >> 3 & 3) << 1
        | (half >> 2 & 1) << 5
      return Reference(kind: shortBranch, length: 2, target: offset &+ signExtended(distance, bits: 9))
    default: return nil
    }
  }

  /// The low part that an instruction shortly behind adds to a register, with its sign.
  private static func low<Store: ByteStore & ~Copyable>(
    in image: borrowing Store, behind offset: UInt32, register: UInt32
  ) -> UInt32 {
    var place = offset &+ 4
    for _ in 0..<5 {
      let word = image.word(place)
      if word & 3 == 3 && word >> 15 & 31 == register {
        switch word & 0x7F {
        case 0x13 where word >> 12 & 7 == 0, 0x03, 0x67, 0x07: return signExtended(word >> 20, bits: 12)
        case 0x23, 0x27: return signExtended((word >> 25) << 5 | word >> 7 & 31, bits: 12)
        default: return 0
        }
      }
      place &+= length(word)
    }
    return 0
  }

  /// What an instruction with a low part adds up to with the upper part shortly before it.
  private static func consumer<Store: ByteStore & ~Copyable>(
    _ word: UInt32, low: UInt32, isStore: Bool, in image: borrowing Store, at offset: UInt32
  ) -> Reference? {
    let register = word >> 15 & 31
    for step in 2..<UInt32(10) {
      let place = offset &- step &* 2
      guard place < offset else { return nil }
      let before = image.word(place)
      guard before >> 7 & 31 == register else { continue }
      if before & 0x7F == 0x17 {
        let target = place &+ (before & 0xFFFF_F000) &+ low
        return Reference(kind: isStore ? lowerStore : lower, length: 4, target: target)
      }
      if before & 0x7F == 0x37 {
        return Reference(
          kind: isStore ? absoluteStore : absoluteLower, length: 4, target: (before & 0xFFFF_F000) &+ low)
      }
    }
    return nil
  }

  /// How far before a low part its upper part stands.
  static func upperDistance<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> UInt32 {
    let register = image.word(offset) >> 15 & 31
    for step in 2..<UInt32(10) {
      let place = offset &- step &* 2
      guard place < offset else { return 0 }
      let before = image.word(place)
      if before >> 7 & 31 == register, before & 0x7F == 0x17 { return step &* 2 }
    }
    return 0
  }
}

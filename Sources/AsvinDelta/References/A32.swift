/// A32 (Arm DDI 0406C, A5): branches, and loads relative to the program counter.
enum A32 {
  static let branch: UInt8 = 2, branchLink: UInt8 = 3, load: UInt8 = 4

  static func reference<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> Reference? {
    let word = image.word(offset)
    let next = offset &+ 8
    guard word >> 28 != 15 || word >> 25 & 7 == 5 else { return nil }
    if word >> 25 & 7 == 5 {
      let kind = word >> 24 & 1 == 1 ? branchLink : branch
      return Reference(kind: kind, length: 4, target: next &+ signExtended(word, bits: 24) << 2)
    }
    guard word & 0x0F3F_0000 == 0x051F_0000 else { return nil }
    let distance = word & 0xFFF
    return Reference(kind: load, length: 4, target: word & 0x80_0000 != 0 ? next &+ distance : next &- distance)
  }

  static func rewritten(_ bytes: UInt32, kind: UInt8, at offset: UInt32, target: UInt32) -> UInt32? {
    let distance = target &- offset &- 8
    guard kind == load else {
      return fits(distance, bits: 26) ? bytes & 0xFF00_0000 | distance >> 2 & 0xFF_FFFF : nil
    }
    let back = 0 &- distance
    if distance < 4096 { return bytes & 0xFF7F_F000 | 0x80_0000 | distance }
    return back < 4096 ? bytes & 0xFF7F_F000 | back : nil
  }
}

/// x86 (Intel SDM, volume 2): calls and jumps with a 32-bit or, in 16-bit code, a 16-bit distance.
enum X86 {
  static let call: UInt8 = 2, jump: UInt8 = 3, conditional: UInt8 = 4

  static func reference<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> Reference? {
    guard offset > 1 else { return nil }
    let before = image.get(offset &- 1)
    if before == 0xE8 { return near(call, in: image, at: offset) }
    if before == 0xE9 { return near(jump, in: image, at: offset) }
    guard before & 0xF0 == 0x80, image.get(offset &- 2) == 0x0F else { return nil }
    return near(conditional, in: image, at: offset)
  }

  /// Only a distance that stays in the image makes it likely that these bytes are an instruction.
  private static func near<Store: ByteStore & ~Copyable>(
    _ kind: UInt8, in image: borrowing Store, at field: UInt32
  ) -> Reference? {
    let target = field &+ 4 &+ image.word(field)
    return target < image.count ? Reference(kind: kind, length: 4, target: target) : nil
  }

  static func rewritten(_ bytes: UInt32, kind: UInt8, at offset: UInt32, target: UInt32) -> UInt32? {
    target &- offset &- 4
  }
}

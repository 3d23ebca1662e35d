import AsvinHost

/// One block of a UF2 file (github.com/microsoft/uf2, README.md).
struct UF2Block {
  /// Bytes of a block.
  static let size = 512
  private static let magics: (UInt32, UInt32, UInt32) = (0x0A32_4655, 0x9E5D_5157, 0x0AB1_6F30)

  private let fields: Fields

  /// - Throws: `malformedBlock`, with the offset of the block.
  init(_ fields: Fields, at offset: UInt64) throws(ImageError) {
    guard fields.word(0) == Self.magics.0, fields.word(4) == Self.magics.1, fields.word(508) == Self.magics.2,
      fields.word(16) <= 476
    else { throw ImageError(.malformedBlock, at: offset) }
    self.fields = fields
  }

  /// Whether the first or the second block of a file starts with the two magic numbers of UF2. A damaged file must be
  /// refused as UF2 and not be signed as plain bytes.
  static func begins(_ source: some ByteSource) throws(ImageError) -> Bool {
    for offset in [0, UInt64(size)] {
      guard let start = try source.fields(at: offset, count: 8) else { return false }
      if start.word(0) == magics.0, start.word(4) == magics.1 { return true }
    }
    return false
  }

  private var flags: UInt32 { fields.word(8) }
  var isNotForFlash: Bool { flags & 0x0001 != 0 }
  var isFileContainer: Bool { flags & 0x1000 != 0 }
  /// The chip's family id; `nil` if the block does not name one.
  var family: UInt32? { flags & 0x2000 == 0 ? nil : fields.word(28) }
  var address: UInt64 { UInt64(fields.word(12)) }
  var number: UInt32 { fields.word(20) }
  /// Blocks of the complete file.
  var total: UInt32 { fields.word(24) }
  var data: ArraySlice<UInt8> { fields.bytes[32..<32 + Int(fields.word(16))] }

  /// Whether this is the block that picotool writes first because of erratum E10 of the RP2350. It is numbered
  /// separately, its address is outside flash, and it is not part of the image.
  var isErratumBlock: Bool { family == 0xE48B_FF57 && address == 0x10FF_FF00 }
}

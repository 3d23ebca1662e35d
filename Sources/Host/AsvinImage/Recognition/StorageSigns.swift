import AsvinHost

/// File systems, archives and partitions that are recognised by more than a magic number.
enum StorageSigns {
  /// The format of a file; `nil` if nothing indicates one.
  static func format(of source: some ByteSource) throws(ImageError) -> ImageFormat? {
    let sector = try source.prefix(2048)
    if sector.count >= 512 {
      if isTar(sector) { return sector.starts(with: Array("manifest.cbor\0".utf8)) ? .bundle : .tar }
      if isFAT(sector) { return .fat }
      if sector.count >= 1024, sector[512..<520].elementsEqual("EFI PART".utf8) || isPartitioned(sector) {
        return .diskImage
      }
    }
    if sector.count == 2048, isExt(Fields(sector)) { return .ext4 }
    if try isLittleFS(source) { return .littlefs }
    if PartitionTable.isAlone(sector, count: source.size) { return .partitionTable }
    if source.size.isMultiple(of: 4096), isNVS(sector) { return .nvs }
    if try SPIFFSSigns.isPresent(in: source) { return .spiffs }
    return try isErased(source) ? .erased : nil
  }

  /// Whether a sector is the header of a tar's first member. It contains the sum of its own bytes, which is computed
  /// with blanks in place of the sum (POSIX.1, pax).
  private static func isTar(_ sector: [UInt8]) -> Bool {
    var stated = 0
    for byte in sector[148..<156] where byte != UInt8(ascii: " ") && byte != 0 {
      guard (0x30...0x37).contains(byte) else { return false }
      stated = stated * 8 + Int(byte - 0x30)
    }
    let sum = sector[..<512].reduce(0) { $0 + Int($1) } - sector[148..<156].reduce(0) { $0 + Int($1) } + 8 * 32
    return stated == sum && sector[0] != 0
  }

  private static func isFAT(_ sector: [UInt8]) -> Bool {
    let fields = Fields(sector)
    guard fields.half(510) == 0xAA55, [0xEB, 0xE9].contains(sector[0]),
      [512, 1024, 2048, 4096].contains(fields.half(11)), sector[13].nonzeroBitCount == 1
    else { return false }
    return sector[54..<57].elementsEqual("FAT".utf8) || sector[82..<87].elementsEqual("FAT32".utf8)
      || (sector[16] == 1 || sector[16] == 2) && sector[21] >= 0xF0
  }

  /// Whether a sector ends with a partition table of the BIOS, in which each entry is zero or plausible.
  private static func isPartitioned(_ sector: [UInt8]) -> Bool {
    let fields = Fields(sector)
    guard fields.half(510) == 0xAA55 else { return false }
    var count = 0
    for offset in stride(from: 446, to: 510, by: 16) {
      if sector[offset..<offset + 16].allSatisfy({ $0 == 0 }) { continue }
      guard [0, 0x80].contains(sector[offset]), sector[offset + 4] != 0, fields.word(offset + 8) > 0,
        fields.word(offset + 12) > 0
      else { return false }
      count += 1
    }
    return count > 0
  }

  /// Whether there is a superblock at byte 1024 (Documentation/filesystems/ext4/super.rst).
  private static func isExt(_ fields: Fields) -> Bool {
    fields.half(1024 + 0x38) == 0xEF53 && fields.word(1024 + 0x18) <= 6 && fields.word(1024 + 0x4C) <= 1
      && fields.word(1024 + 4) > 0
  }

  /// Whether one of the first two blocks holds the superblock's name entry.
  private static func isLittleFS(_ source: some ByteSource) throws(ImageError) -> Bool {
    for offset in [8, 4096 + 8] as [UInt64] where try source.prefix(8, at: offset) == Array("littlefs".utf8) {
      return true
    }
    return false
  }

  /// Whether a sector is a page of ESP-IDF's non-volatile storage (nvs_flash, "Structure of a page"): state, number,
  /// version, then 19 bytes that are never written.
  private static func isNVS(_ sector: [UInt8]) -> Bool {
    guard sector.count >= 32 else { return false }
    let fields = Fields(sector)
    return [0xFFFF_FFFE, 0xFFFF_FFFC, 0xFFFF_FFF8].contains(fields.word(0)) && [0xFE, 0xFF].contains(sector[8])
      && sector[9..<28].allSatisfy { $0 == 0xFF } && fields.word(4) != 0xFFFF_FFFF
  }

  /// Whether a file contains only 0xFF. A file that is larger than any flash is not read for this.
  private static func isErased(_ source: some ByteSource) throws(ImageError) -> Bool {
    guard source.size > 0, source.size <= ImageLimit.flatBytes.value else { return false }
    var pieces = PieceReader(0..<source.size, of: source)
    while let piece = try pieces.next() {
      guard piece.allSatisfy({ $0 == 0xFF }) else { return false }
    }
    return true
  }
}

/// Recognises SPIFFS, which does not have a magic number at its start. Each block has one near the end of its lookup
/// pages (spiffs_nucleus.h, `SPIFFS_MAGIC`). It depends on the page size and on the number of blocks that follow.
enum SPIFFSSigns {
  static func isPresent(in source: some ByteSource) throws(ImageError) -> Bool {
    for page in [256, 512, 1024, 2048] as [UInt64] {
      for block in [4096, 8192, 16_384, 32_768, 65_536] as [UInt64] where source.size.isMultiple(of: block) {
        let blocks = source.size / block
        guard blocks >= 2, blocks <= 65_535 else { continue }
        let lookup = max(page, (block / page * 2 + page - 1) / page * page)
        let place = lookup - 4
        var isPresent = true
        // Two matching bytes in each of sixteen blocks are sufficient proof.
        for index in 0..<min(blocks, 16) {
          guard let value = try source.fields(at: index * block + place, count: 2)?.half(0) else { return false }
          let magic = UInt16(truncatingIfNeeded: 0x0529 ^ page)
          let counted = magic ^ UInt16(truncatingIfNeeded: blocks - index)
          guard value == magic || value == counted else {
            isPresent = false
            break
          }
        }
        if isPresent { return true }
      }
    }
    return false
  }
}

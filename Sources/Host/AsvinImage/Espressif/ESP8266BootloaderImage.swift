import AsvinHost

/// An ESP8266 "V2" image, for Espressif's bootloader or rBoot (esptool, `ESP8266V2FirmwareImage`). It consists of a
/// segment that stays in flash, a short header with the segments that are loaded, and a CRC-32 of everything before it.
struct ESP8266BootloaderImage {
  /// The segments after the second header; `nil` if they do not fit the file.
  let walk: SegmentWalk?

  /// The image at the start of a file; `nil` if there is none.
  init?(_ source: some ByteSource) throws(ImageError) {
    guard let fields = try source.fields(at: 0, count: 16), fields.byte(0) == 0xEA, fields.byte(1) == 4,
      EspressifHeader.isESP8266Memory(fields.word(4)), fields.word(8) == 0
    else { return nil }
    let second = 16 + UInt64(fields.word(12))
    let header = try EspressifHeader(.short, source, at: second)
    walk =
      if let header {
        try SegmentWalk(source, imageAt: 0, firstAt: second + 8, count: header.segmentCount, alignment: 1)
      } else {
        nil
      }
  }

  /// Checksum and CRC-32.
  func checks(of source: some ByteSource) throws(ImageError) -> [IntegrityCheck] {
    guard let walk else { return [IntegrityCheck(broken: "segments")] }
    let checksum = try walk.checksum(of: source)
    guard walk.end <= source.size else { return [checksum, IntegrityCheck(broken: "CRC-32")] }
    var crc = ImageCRC32(.reflected)
    var pieces = PieceReader(0..<walk.end, of: source)
    while let piece = try pieces.next() { crc.update(piece) }
    // Espressif's own last step (gen_appbin.py) reads the CRC as a signed number and stores its absolute value.
    let value = ~crc.register
    let found = value & 0x8000_0000 == 0 ? value + 1 : ~value
    let stated = try source.fields(at: walk.end, count: 4)?.word(0)
    return [checksum, IntegrityCheck("CRC-32", expected: stated.map(hexadecimal), found: hexadecimal(found))]
  }
}

import AsvinHost

/// The file that Arduino builds for the ESP8266 (esp8266/Arduino, tools/elf2bin.py): eboot, padded with 0xAA to 4 KiB,
/// then the application. Trailing bytes are a signature. No check covers them.
struct ArduinoImage {
  /// Bytes before the application's header.
  static let applicationOffset: UInt64 = 0x1000
  /// The place of the file's size and CRC. Both were zero when the checksum and the CRC were computed.
  static let placeholder: Range<UInt64> = 0x1010..<0x1018

  let eboot: EspressifImage
  let application: EspressifImage

  /// The image at the start of a file; `nil` if there is none.
  init?(_ source: some ByteSource) throws(ImageError) {
    guard let eboot = try EspressifImage(.short, source, at: 0), let end = eboot.walk?.end,
      end < Self.applicationOffset,
      let padding = try source.bytes(at: end, count: Int(Self.applicationOffset - end)),
      padding.allSatisfy({ $0 == 0xAA }),
      let application = try EspressifImage(.short, source, at: Self.applicationOffset)
    else { return nil }
    self.eboot = eboot
    self.application = application
  }

  /// eboot's checksum, the application's, and the CRC-32 of both.
  func checks(of source: some ByteSource) throws(ImageError) -> [IntegrityCheck] {
    let eboot = try eboot.checks(of: source, prefix: "eboot ")
    guard let walk = application.walk else { return eboot + [IntegrityCheck(broken: "segments")] }
    let words = try source.fields(at: Self.placeholder.lowerBound, count: Self.placeholder.count)
    guard let words, UInt64(words.word(0)) == walk.end, walk.end <= source.size else {
      // Arduino cores before 2.7 write no size and no CRC. In a later file with a wrong size, the checksum fails.
      return eboot + [try walk.checksum(of: source)]
    }
    return eboot + [
      try walk.checksum(of: source, zeroing: Self.placeholder),
      IntegrityCheck("CRC-32", expected: hexadecimal(words.word(4)), found: try crc(of: source, end: walk.end)),
    ]
  }

  private func crc(of source: some ByteSource, end: UInt64) throws(ImageError) -> String {
    var crc = ImageCRC32(.direct)
    for range in [0..<Self.placeholder.lowerBound, Self.placeholder.upperBound..<end] {
      if range.lowerBound == Self.placeholder.upperBound {
        crc.update([UInt8](repeating: 0, count: Self.placeholder.count))
      }
      var pieces = PieceReader(range, of: source)
      while let piece = try pieces.next() { crc.update(piece) }
    }
    return hexadecimal(crc.register)
  }
}

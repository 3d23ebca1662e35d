import AsvinHost

/// Finds the MCUboot image in a complete flash, where a slot follows a bootloader without a header.
enum EmbeddedImage {
  /// The first slot starts within this number of bytes.
  private static let searched: UInt64 = 1 << 20
  private static let sector: UInt64 = 0x800

  /// The offset of an intact MCUboot image; `nil` if there is none.
  static func offset(in source: some ByteSource) throws(ImageError) -> UInt64? {
    var offset = sector
    while offset < min(searched, source.size) {
      if try source.fields(at: offset, count: 4)?.word(0) == MCUbootHeader.magic {
        let rest = ImageTail(source: source, start: offset)
        if let header = try MCUbootHeader(rest) {
          let description = try header.description(of: rest)
          // A magic number alone can be part of a program that handles such images.
          if description.isWhole, description.notes.isEmpty { return offset }
        }
      }
      offset += sector
    }
    return nil
  }
}

/// The bytes of a file from an offset on.
private struct ImageTail<Source: ByteSource>: ByteSource {
  let source: Source
  let start: UInt64

  var size: UInt64 { source.size - start }

  func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
    let (place, overflow) = start.addingReportingOverflow(offset)
    return overflow ? [] : try source.read(at: place, count: count)
  }
}

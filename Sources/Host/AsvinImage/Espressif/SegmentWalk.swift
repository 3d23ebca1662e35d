import AsvinHost

/// The segments of an Espressif image, as its own loader walks them (esp_app_format.h, `esp_image_segment_header_t`).
struct SegmentWalk {
  /// The range of each segment's data in the file.
  private(set) var segments: [Range<UInt64>] = []
  /// The address of each segment.
  private(set) var addresses: [UInt32] = []
  /// The offset of the checksum in the file. It is the last byte of a line of 16 bytes, counted from the image's start.
  let checksumOffset: UInt64

  /// Walks a number of segments; `nil` if one does not fit the file, or its length is not a multiple of the alignment.
  init?(
    _ source: some ByteSource, imageAt base: UInt64, firstAt first: UInt64, count: UInt8, alignment: UInt64
  ) throws(ImageError) {
    guard (1...16).contains(count) else { return nil }
    var position = first
    for _ in 0..<count {
      guard let header = try source.fields(at: position, count: 8) else { return nil }
      addresses.append(header.word(0))
      let start = position + 8
      let length = UInt64(header.word(4))
      guard length <= source.size - start, length.isMultiple(of: alignment) else { return nil }
      position = start + length
      segments.append(start..<position)
    }
    checksumOffset = base + (position - base | 15)
  }

  /// The address of the first segment.
  var firstAddress: UInt32 { addresses.first ?? 0 }

  /// Offset of the first byte after the checksum.
  var end: UInt64 { checksumOffset + 1 }

  /// Compares the checksum byte with 0xEF XOR all data of the segments.
  ///
  /// - Parameter placeholder: bytes that were zero when the checksum was made.
  func checksum(of source: some ByteSource, zeroing placeholder: Range<UInt64>? = nil) throws(ImageError)
    -> IntegrityCheck
  {
    var sum: UInt8 = 0xEF
    for segment in segments {
      var pieces = PieceReader(segment, of: source)
      while let piece = try pieces.next() { for byte in piece { sum ^= byte } }
    }
    if let placeholder, let bytes = try source.bytes(at: placeholder.lowerBound, count: placeholder.count) {
      for byte in bytes { sum ^= byte }
    }
    let stated = try source.byte(at: checksumOffset)
    return IntegrityCheck("checksum", expected: stated.map { hexadecimal([$0]) }, found: hexadecimal([sum]))
  }
}

import AsvinHost

/// The type-length-value areas after an MCUboot image (image.h, `struct image_tlv_info`, `struct image_tlv`).
struct MCUbootTrailers {
  /// Bytes that the digest covers: header, image and protected area.
  let hashedSize: UInt64
  /// The digest that the image states.
  private(set) var sha256: [UInt8]?
  /// Whether the image states a SHA-384 or SHA-512.
  private(set) var hasLongerDigest = false
  /// The security counter of the protected area. A counter in the other area is ignored, because the digest does not
  /// cover it.
  private(set) var securityCounter: UInt32?

  /// The areas of an image; `nil` if they do not fit the file or each other.
  init?(after header: MCUbootHeader, in source: some ByteSource) throws(ImageError) {
    guard header.headerSize >= 32 else { return nil }
    let imageEnd = header.headerSize + header.imageSize
    hashedSize = imageEnd + header.protectedSize
    if header.protectedSize > 0 {
      guard let area = try Area(source, at: imageEnd, magic: 0x6908), area.size == header.protectedSize else {
        return nil
      }
      if let counter = area.value(0x50) {
        guard counter.count == 4 else { return nil }
        securityCounter = Fields(counter).word(0)
      }
    }
    guard let area = try Area(source, at: hashedSize, magic: 0x6907) else { return nil }
    sha256 = area.value(0x10)
    hasLongerDigest = area.value(0x11) != nil || area.value(0x12) != nil
  }

  /// One area. It has at most 64 KiB, because its size is a 16-bit field.
  private struct Area {
    let size: UInt64
    private var entries: [(type: UInt16, value: [UInt8])] = []

    init?(_ source: some ByteSource, at offset: UInt64, magic: UInt16) throws(ImageError) {
      guard let info = try source.fields(at: offset, count: 4), info.half(0) == magic else { return nil }
      size = UInt64(info.half(2))
      guard size >= 4, let area = try source.fields(at: offset, count: Int(size)) else { return nil }
      var position = 4
      while position < area.bytes.count {
        guard area.bytes.count - position >= 4 else { return nil }
        let start = position + 4
        let length = Int(area.half(position + 2))
        guard length <= area.bytes.count - start else { return nil }
        entries.append((area.half(position), Array(area.bytes[start..<start + length])))
        position = start + length
      }
    }

    /// The first value of a type, which is the one that MCUboot uses.
    func value(_ type: UInt16) -> [UInt8]? { entries.first { $0.type == type }?.value }
  }
}

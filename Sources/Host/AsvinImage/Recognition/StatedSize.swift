import AsvinHost

/// Sizes and checksums in the headers of Linux formats. A file that is shorter than the size in its header was
/// truncated.
enum StatedSize {
  /// The checks that a format supports. Most formats support none.
  static func checks(of format: ImageFormat, in source: some ByteSource) throws(ImageError) -> [IntegrityCheck] {
    switch format {
    case .squashfs: try size(source, Array("hsqs".utf8)) { $0.long(40) }
    case .ext4:
      try size(source, at: 1024) { fields in
        let (blocks, shift) = (UInt64(fields.word(4)), 10 + UInt64(fields.word(0x18)))
        // If the number of blocks exceeds 32 bits, the field does not hold all of it.
        return blocks << shift
      }
    case .erofs: try size(source, at: 1024) { UInt64($0.word(36)) << UInt64(min($0.byte(12), 24)) }
    case .fit: try size(source, isBigEndian: true) { UInt64($0.word(4)) }
    case .uImage: try uImage(source)
    case .linuxKernel: try kernel(source)
    case .xz: [IntegrityCheck(name: "xz footer", passed: try hasXZFooter(source), expected: nil, found: nil)]
    case .bundle, .tar:
      [IntegrityCheck(name: "size", passed: source.size.isMultiple(of: 512), expected: nil, found: nil)]
    default: []
    }
  }

  private static func size(
    _ source: some ByteSource, _ magic: [UInt8] = [], at offset: UInt64 = 0, isBigEndian: Bool = false,
    _ stated: (Fields) -> UInt64
  ) throws(ImageError) -> [IntegrityCheck] {
    guard let fields = try source.fields(at: offset, count: 96, isBigEndian: isBigEndian) else {
      return [IntegrityCheck(broken: "size")]
    }
    // A big-endian squashfs has its fields in the other byte order, and no current kernel mounts it.
    guard fields.bytes.starts(with: magic) else { return [] }
    return [check(stated(fields), source)]
  }

  private static func check(_ stated: UInt64, _ source: some ByteSource) -> IntegrityCheck {
    IntegrityCheck(
      name: "size", passed: stated <= source.size, expected: "\(stated)", found: "\(source.size)")
  }

  /// U-Boot's legacy image: the CRC-32 of its header, and its size (include/image.h).
  private static func uImage(_ source: some ByteSource) throws(ImageError) -> [IntegrityCheck] {
    guard let fields = try source.fields(at: 0, count: 64, isBigEndian: true) else {
      return [IntegrityCheck(broken: "header")]
    }
    var crc = ImageCRC32(.reflected)
    crc.update(fields.bytes[..<4] + [0, 0, 0, 0] + fields.bytes[8...])
    return [
      IntegrityCheck("header CRC-32", expected: hexadecimal(fields.word(4)), found: hexadecimal(~crc.register)),
      check(64 + UInt64(fields.word(12)), source),
    ]
  }

  /// A zImage states its start and end. An x86 kernel states the size of its second part in units of 16 bytes.
  private static func kernel(_ source: some ByteSource) throws(ImageError) -> [IntegrityCheck] {
    if let fields = try source.fields(at: 0, count: 0x30), fields.word(0x24) == 0x016F_2818 {
      guard fields.word(0x2C) >= fields.word(0x28) else { return [IntegrityCheck(broken: "size")] }
      return [check(UInt64(fields.word(0x2C) - fields.word(0x28)), source)]
    }
    if let fields = try source.fields(at: 0x1F1, count: 0x20), fields.bytes[0x11..<0x15].elementsEqual("HdrS".utf8) {
      let setup = fields.byte(0) == 0 ? 4 : UInt64(fields.byte(0))
      return [check((setup + 1) * 512 + UInt64(fields.word(3)) * 16, source)]
    }
    return []
  }

  /// The footer's magic number, before zeros that pad the file to a multiple of 4 (the .xz File Format, 2.1.2.4).
  private static func hasXZFooter(_ source: some ByteSource) throws(ImageError) -> Bool {
    var end = source.size
    while end >= 4, let last = try source.bytes(at: end - 4, count: 4), last == [0, 0, 0, 0] {
      guard source.size - end < 4096 else { return false }
      end -= 4
    }
    guard end >= 2, let magic = try source.bytes(at: end - 2, count: 2) else { return false }
    return magic == Array("YZ".utf8)
  }
}

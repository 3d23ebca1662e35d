import AsvinHost

/// A file with the suffix of the USB Device Firmware Upgrade class (USB DFU 1.1, appendix B), plain or, as ST's tools
/// write it, with addresses (UM0391, "DfuSe File Format Specification").
enum DFUFile {
  private static let suffixBytes: UInt64 = 16
  private static let prefix = Array("DfuSe".utf8)
  private static let target = Array("Target".utf8)

  /// Whether a file has the suffix, or starts like ST's files. A truncated or changed file is also recognised, because
  /// it must be refused as a DFU file.
  static func isPresent(in source: some ByteSource) throws(ImageError) -> Bool {
    if try source.prefix(6) == prefix + [1] { return true }
    guard source.size > suffixBytes, let suffix = try suffix(of: source) else { return false }
    return suffix.bytes[8..<11].elementsEqual("UFD".utf8) && suffix.byte(11) == suffixBytes
  }

  private static func suffix(of source: some ByteSource) throws(ImageError) -> Fields? {
    guard source.size >= suffixBytes else { return nil }
    return try source.fields(at: source.size - suffixBytes, count: Int(suffixBytes))
  }

  /// Returns the data of a file, and whether the data has addresses. The data is divided by alternate setting if the
  /// file has several.
  ///
  /// - Throws: `truncated`, `malformedHeader`, `fileChecksum`, `trailingBytes`, `addressOverflow`, `overLimit`,
  ///   `unreadable`.
  static func parts(of source: some ByteSource) throws(ImageError) -> ([Container.Part], hasAddresses: Bool) {
    guard let suffix = try suffix(of: source), suffix.bytes[8..<11].elementsEqual("UFD".utf8),
      suffix.byte(11) == suffixBytes
    else { throw ImageError(.truncated, at: source.size) }
    var crc = ImageCRC32(.reflected)
    var pieces = PieceReader(0..<source.size - 4, of: source)
    while let piece = try pieces.next() { crc.update(piece) }
    guard crc.register == suffix.word(12) else { throw ImageError(.fileChecksum, at: source.size - 4) }
    let end = source.size - suffixBytes
    guard try source.prefix(prefix.count) == prefix else {
      var part = Container.Part()
      try append(0..<end, at: 0, to: &part.memory, from: source, label: nil)
      return ([part], hasAddresses: false)
    }
    return (try settings(of: source, end: end), hasAddresses: true)
  }

  private static func settings(of source: some ByteSource, end: UInt64) throws(ImageError) -> [Container.Part] {
    guard let header = try source.fields(at: 0, count: 11), end >= 11 else { throw ImageError(.truncated, at: end) }
    guard header.byte(5) == 1, UInt64(header.word(6)) == end else { throw ImageError(.malformedHeader, at: 5) }
    var parts: [Container.Part] = []
    var position: UInt64 = 11
    for _ in 0..<header.byte(10) {
      guard let target = try source.fields(at: position, count: 274), target.bytes.starts(with: Self.target) else {
        throw ImageError(.malformedHeader, at: position)
      }
      let family = ImageFamily(kind: .setting, identifier: UInt32(target.byte(6)))
      let name = target.word(7) & 0xFF == 0 ? nil : target.text(11..<266).map { String($0.prefix(32)) }
      position += 274
      var part = Container.Part(family: family)
      let index = parts.firstIndex { $0.family == family }
      if let index { part = parts[index] }
      for _ in 0..<target.word(270) {
        guard end - min(position, end) >= 8, let element = try source.fields(at: position, count: 8) else {
          throw ImageError(.truncated, at: position)
        }
        let size = UInt64(element.word(4))
        guard size <= end - position - 8 else { throw ImageError(.truncated, at: position) }
        let data = position + 8..<position + 8 + size
        guard UInt64(element.word(0)) + size <= 0x1_0000_0000 else { throw ImageError(.addressOverflow, at: position) }
        try append(data, at: UInt64(element.word(0)), to: &part.memory, from: source, label: name)
        position = data.upperBound
      }
      if let index { parts[index] = part } else { parts.append(part) }
    }
    guard position == end else { throw ImageError(.trailingBytes, at: position) }
    return parts
  }

  private static func append(
    _ range: Range<UInt64>, at address: UInt64, to memory: inout FlatMemory, from source: some ByteSource,
    label: String?
  ) throws(ImageError) {
    var pieces = PieceReader(range, of: source)
    var position = range.lowerBound
    while let piece = try pieces.next() {
      try memory.append(piece, at: address + (position - range.lowerBound), from: position, label: label)
      position = pieces.position
    }
  }
}

import AsvinHost

/// One Espressif image that starts with 0xE9, anywhere in a file.
struct EspressifImage {
  /// The offset of its header in the file.
  let base: UInt64
  let header: EspressifHeader
  /// Its segments; `nil` if they do not fit the file.
  let walk: SegmentWalk?

  /// The image with a header of a known kind; `nil` if there is no such header.
  init?(_ kind: EspressifHeader.Kind, _ source: some ByteSource, at base: UInt64) throws(ImageError) {
    guard let header = try EspressifHeader(kind, source, at: base) else { return nil }
    self.base = base
    self.header = header
    // The ESP32's loader refuses a length that is not a multiple of 4. The ESP8266's tools write any length.
    walk = try SegmentWalk(
      source, imageAt: base, firstAt: base + header.size, count: header.segmentCount,
      alignment: kind == .short ? 1 : 4)
  }

  /// The image at the start of a file. The kind of header with a matching checksum is chosen, otherwise the kind whose
  /// segments fit the file.
  ///
  /// Another kind of file may fit by chance, and in one of 256 such cases its checksum matches too. Therefore the entry
  /// point, the chip id or the application's descriptor must also be valid.
  init?(recognising source: some ByteSource) throws(ImageError) {
    var candidates: [EspressifImage] = []
    if let short = try EspressifImage(.short, source, at: 0), short.header.isEnteredInESP8266Memory,
      (1...16).contains(short.header.segmentCount)
    {
      candidates.append(short)
    }
    if let long = try EspressifImage(.long, source, at: 0) {
      let hasDescriptor = try ApplicationDescriptor(source, of: long) != nil
      if hasDescriptor || (long.walk != nil && long.header.chip != nil) { candidates.append(long) }
    }
    for candidate in candidates {
      if let walk = candidate.walk, try walk.checksum(of: source).passed {
        self = candidate
        return
      }
    }
    guard let choice = candidates.first(where: { $0.walk != nil }) ?? candidates.first else { return nil }
    self = choice
  }

  /// The checks of the image; their names start with a prefix.
  func checks(of source: some ByteSource, prefix: String = "") throws(ImageError) -> [IntegrityCheck] {
    guard let walk else { return [IntegrityCheck(broken: prefix + "segments")] }
    var checks = [try walk.checksum(of: source)]
    switch header.hashAppended {
    case nil: checks.append(IntegrityCheck(broken: "appended SHA-256"))
    case true?: checks.append(try appendedDigest(of: source, end: walk.end))
    case false? where hasUnannouncedDigest(walk, in: source):
      checks.append(try appendedDigest(of: source, end: walk.end))
    case false?: break
    }
    for index in checks.indices { checks[index].name = prefix + checks[index].name }
    return checks
  }

  /// Whether this is an ESP8266 "V3" image. It starts with a segment in flash, which the ROM loader could not load, and
  /// ends with a SHA-256, for which its short header does not have a field (esptool, `ESP8266V3FirmwareImage`).
  private func hasUnannouncedDigest(_ walk: SegmentWalk, in source: some ByteSource) -> Bool {
    header.kind == .short && walk.firstAddress >= 0x4020_0000 && walk.end <= source.size
      && source.size - walk.end == 32
  }

  private func appendedDigest(of source: some ByteSource, end: UInt64) throws(ImageError) -> IntegrityCheck {
    let name = "appended SHA-256"
    guard end <= source.size else { return IntegrityCheck(broken: name) }
    let stated = try source.bytes(at: end, count: 32)
    let found = try source.sha256(of: base..<end)
    return IntegrityCheck(name, expected: stated.map { hexadecimal($0) }, found: found)
  }
}

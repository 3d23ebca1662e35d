import AsvinHost

/// Recognises texts: containers in text form, and other texts that are signed by mistake.
enum TextFile {
  /// The number of bytes at the start that are examined.
  private static let sampled = 4096

  /// The format of a container in text form; `nil` for any other file.
  ///
  /// A record at the start identifies the format even if it is damaged, because such a file must be refused as that
  /// format. After lines that do not belong there, the record must be well-formed.
  static func container(in source: some ByteSource) throws(ImageError) -> ImageFormat? {
    let lines = try lines(of: source)
    guard let first = lines.first else { return nil }
    if isRecord(first.text, mark: ":", digits: 8, skipping: 1) { return .intelHex }
    if isSRecord(first.text) { return .sRecord }
    if TITextReader.address(first.text) != nil, lines.count > 1, TITextReader.bytes(lines[1].text) != nil {
      return .tiText
    }
    for line in lines.dropFirst() {
      if isIntact({ () throws(ImageError) in _ = try IntelHexRecord(line) }) { return .intelHex }
      if isIntact({ () throws(ImageError) in _ = try SRecord(line) }) { return .sRecord }
    }
    return nil
  }

  private static func isIntact(_ parse: () throws(ImageError) -> Void) -> Bool {
    do throws(ImageError) {
      try parse()
      return true
    } catch {
      return error.fault == .recordChecksum
    }
  }

  /// The lines at the start of a text, without a last line that the sample cuts off; none if the file is not a text.
  private static func lines(of source: some ByteSource) throws(ImageError) -> [TextLine] {
    let sample = try source.prefix(sampled)
    guard isText(sample, isCut: source.size > UInt64(sampled)) else { return [] }
    var lines: [TextLine] = []
    var reader = try TextLineReader(sample)
    do throws(ImageError) {
      while let line = try reader.next() { lines.append(line) }
    } catch {
      // The line is longer than a line of any format.
      return lines
    }
    if source.size > UInt64(sampled), lines.count > 1 { lines.removeLast() }
    return lines
  }

  private static func isRecord(_ text: ArraySlice<UInt8>, mark: Unicode.Scalar, digits: Int, skipping: Int) -> Bool {
    text.first == UInt8(ascii: mark) && text.count >= skipping + digits
      && text.dropFirst(skipping).prefix(digits).allSatisfy { HexDigits.value($0) != nil }
  }

  private static func isSRecord(_ text: ArraySlice<UInt8>) -> Bool {
    guard isRecord(text, mark: "S", digits: 6, skipping: 2) || isRecord(text, mark: "s", digits: 6, skipping: 2) else {
      return false
    }
    return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[text.startIndex + 1])
  }

  /// The format of any other text; `nil` if the file is not a text.
  static func format(of source: some ByteSource) throws(ImageError) -> ImageFormat? {
    let sample = try source.prefix(sampled)
    if isUTF16(sample) { return .text }
    guard isText(sample, isCut: source.size > UInt64(sampled)) else { return nil }
    let end = try source.prefix(sampled, at: source.size - min(source.size, UInt64(sampled)))
    // A shell script with a payload after its text is still a script.
    let text = sample.drop { [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    if text.starts(with: Array("#!".utf8)) { return .script }
    guard isText(end, isCut: true) else { return nil }
    if text.starts(with: Array("-----BEGIN ".utf8)) { return .pem }
    if let markup = markup(text) { return markup }
    let last = end.last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    switch (text.first, last) {
    case (UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "["), UInt8(ascii: "]")): return .json
    default: break
    }
    let lines = try lines(of: source)
    if isYAML(lines) { return .yaml }
    return isProse(lines, count: source.size) ? .text : nil
  }

  private static func markup(_ text: ArraySlice<UInt8>) -> ImageFormat? {
    guard text.first == UInt8(ascii: "<"), let second = text.dropFirst().first else { return nil }
    let start = String(decoding: text.prefix(512), as: UTF8.self).lowercased()
    if start.hasPrefix("<!doctype html") || start.contains("<html") || start.contains("<head") { return .html }
    let isLetter = (0x41...0x5A).contains(second) || (0x61...0x7A).contains(second)
    guard isLetter || second == UInt8(ascii: "?") || second == UInt8(ascii: "!") else { return nil }
    return start.contains(">") ? .xml : nil
  }

  private static func isYAML(_ lines: [TextLine]) -> Bool {
    guard let first = lines.first(where: { $0.text.first != UInt8(ascii: "#") }), lines.count > 1 else { return false }
    if first.text.elementsEqual("---".utf8) { return true }
    guard let colon = first.text.firstIndex(of: UInt8(ascii: ":")), colon > first.text.startIndex else { return false }
    let rest = first.text[(colon + 1)...]
    return (rest.isEmpty || rest.first == UInt8(ascii: " "))
      && first.text[..<colon].allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/")].contains(byte)
      }
  }

  /// Whether a text is prose: its lines differ, or it is a server's error message in place of the file.
  ///
  /// A single line, or the same line repeated, can be an image that a test made.
  private static func isProse(_ lines: [TextLine], count: UInt64) -> Bool {
    if lines.count >= 3, let first = lines.first, lines.contains(where: { $0.text != first.text }) { return true }
    guard count <= 512, let line = lines.first else { return false }
    let words = String(decoding: line.text, as: UTF8.self).lowercased()
    return ["not found", "forbidden", "unauthorized", "access denied", "bad request", "bad gateway", "internal server"]
      .contains { words.contains($0) }
  }

  /// Whether a text is UTF-16: a byte order mark, then every other byte zero. Windows writes such texts when a
  /// program's output is redirected.
  private static func isUTF16(_ sample: [UInt8]) -> Bool {
    guard sample.count >= 4, sample.starts(with: [0xFF, 0xFE]) || sample.starts(with: [0xFE, 0xFF]) else {
      return false
    }
    let high = sample[0] == 0xFF ? 1 : 0
    return stride(from: 2, to: min(sample.count - 1, 64), by: 2).allSatisfy { place in
      sample[place + high] == 0 && sample[place + 1 - high] != 0
    }
  }

  /// Whether bytes are UTF-8 without control characters. If the sample is cut, it may end inside a character.
  private static func isText(_ sample: [UInt8], isCut: Bool) -> Bool {
    guard !sample.isEmpty else { return false }
    for byte in sample {
      switch byte {
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1A, 0x20...0x7E, 0x80...0xFF: continue
      default: return false
      }
    }
    if sample.allSatisfy({ $0 < 0x80 }) { return true }
    let start = isCut ? Array(sample.drop { $0 & 0xC0 == 0x80 }.dropLast(0)) : sample
    let whole = isCut ? start.dropLast(incompleteBytes(start)) : start[...]
    return String(validating: whole, as: UTF8.self) != nil
  }

  /// Bytes at the end of a sample that begin a character and do not end it.
  private static func incompleteBytes(_ sample: [UInt8]) -> Int {
    for count in 1...min(3, max(1, sample.count)) where sample.count >= count {
      let byte = sample[sample.count - count]
      if byte & 0xC0 == 0x80 { continue }
      let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return needed > count ? count : 0
    }
    return 0
  }
}

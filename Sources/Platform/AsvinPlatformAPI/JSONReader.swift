/// Reads JSON (RFC 8259) from unauthenticated senders in one pass. It examines each byte a bounded number of times and does
/// not rely on thrown errors. Foundation's decoder builds an error with a complete path for each type that does not match,
/// so that a kilobyte of nested arrays takes it a second.
struct JSONReader {
  private let bytes: [UInt8]
  /// Whether a comma may follow the last member or value, and a name may appear again.
  private let isLenient: Bool
  private var place = 0

  /// Returns the value of JSON text; `nil` if it is malformed or nested too deeply.
  static func value(of bytes: [UInt8], isLenient: Bool = false) -> JSONValue? {
    var reader = JSONReader(bytes: bytes, isLenient: isLenient)
    guard let value = reader.value(depth: 0) else { return nil }
    reader.skipSpace()
    return reader.place == bytes.count ? value : nil
  }

  private init(bytes: [UInt8], isLenient: Bool) { (self.bytes, self.isLenient) = (bytes, isLenient) }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { place += 1 }
  }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: byte) else { return false }
    place += 1
    return true
  }

  private mutating func take(_ word: StaticString, for value: JSONValue) -> JSONValue? {
    let isThere = word.withUTF8Buffer { unsafe bytes[place...].starts(with: $0) }
    guard isThere else { return nil }
    place += word.utf8CodeUnitCount
    return value
  }

  private mutating func value(depth: Int) -> JSONValue? {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return depth < PlatformLimit.nesting ? object(depth: depth + 1) : nil
    case UInt8(ascii: "["): return depth < PlatformLimit.nesting ? list(depth: depth + 1) : nil
    case UInt8(ascii: "\""): return text().map { .text($0) }
    case UInt8(ascii: "t"): return take("true", for: true)
    case UInt8(ascii: "f"): return take("false", for: false)
    case UInt8(ascii: "n"): return take("null", for: .null)
    default: return number()
    }
  }

  private mutating func object(depth: Int) -> JSONValue? {
    place += 1
    var members: [String: JSONValue] = [:]
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      if isLenient, !members.isEmpty, next == UInt8(ascii: "}") { break }
      guard next == UInt8(ascii: "\""), let name = text(), take(":"), let value = value(depth: depth) else {
        return nil
      }
      // Refused because readers disagree about which of two members with one name counts.
      if members[name] != nil, !isLenient { return nil }
      members[name] = members[name] ?? value
    } while take(",")
    return take("}") ? .object(members) : nil
  }

  private mutating func list(depth: Int) -> JSONValue? {
    place += 1
    var values: [JSONValue] = []
    if take("]") { return .list(values) }
    repeat {
      skipSpace()
      if isLenient, !values.isEmpty, next == UInt8(ascii: "]") { break }
      guard let value = value(depth: depth) else { return nil }
      values.append(value)
    } while take(",")
    return take("]") ? .list(values) : nil
  }

  private mutating func number() -> JSONValue? {
    let start = place
    var isWhole = true
    if next == UInt8(ascii: "-") { place += 1 }
    let first = place
    guard skipDigits(), bytes[first] != UInt8(ascii: "0") || place == first + 1 else { return nil }
    if next == UInt8(ascii: ".") {
      (isWhole, place) = (false, place + 1)
      guard skipDigits() else { return nil }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      (isWhole, place) = (false, place + 1)
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
      guard skipDigits() else { return nil }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, let number = Int64(text) { return .number(number) }
    if isWhole, let number = UInt64(text) { return .large(number) }
    // The limit keeps the conversion to a double linear in time.
    guard place - start <= 400, let number = Double(text), number.isFinite else { return nil }
    return Int64(exactly: number).map { .number($0) } ?? .fraction(number)
  }

  private mutating func skipDigits() -> Bool {
    let start = place
    while let byte = next, (0x30...0x39).contains(byte) { place += 1 }
    return place > start
  }

  /// Reads a text, beginning at its quotation mark.
  private mutating func text() -> String? {
    place += 1
    var result: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: result, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard escape(into: &result) else { return nil }
      case 0..<0x20: return nil
      default: result.append(byte)
      }
    }
    return nil
  }

  private mutating func escape(into result: inout [UInt8]) -> Bool {
    guard let byte = next else { return false }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"):
      guard var code = fourDigits() else { return false }
      if (0xD800..<0xDC00).contains(code) {
        // A high surrogate must be followed by a low one (RFC 8259 §7).
        guard next == UInt8(ascii: "\\"), place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "u") else {
          return false
        }
        place += 2
        guard let low = fourDigits(), (0xDC00..<0xE000).contains(low) else { return false }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { return false }
      result.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: return false
    }
    return true
  }

  private mutating func fourDigits() -> UInt32? {
    guard place + 4 <= bytes.count else { return nil }
    var code: UInt32 = 0
    for byte in bytes[place..<place + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
      code = code << 4 | UInt32(digit)
    }
    place += 4
    return code
  }
}

extension JSONValue {
  /// Reads the JSON body of a request.
  ///
  /// - Returns: `nil` if the body is malformed, is nested more than eight levels deep, or names a member twice.
  package init?(request bytes: [UInt8]) {
    guard let value = JSONReader.value(of: bytes) else { return nil }
    self = value
  }

  /// Reads the body of a request of asvin's clients, in which a comma may follow the last member. Of two members with one
  /// name, the first one counts.
  ///
  /// - Returns: `nil` as ``init(request:)``.
  package init?(client bytes: [UInt8]) {
    guard let value = JSONReader.value(of: bytes, isLenient: true) else { return nil }
    self = value
  }
}

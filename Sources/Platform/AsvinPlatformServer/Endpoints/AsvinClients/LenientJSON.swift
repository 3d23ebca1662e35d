import FoundationEssentials

/// Decodes JSON of asvin's clients. The sample in their documentation has a comma after the last member, which is removed.
/// Any other malformed JSON is refused.
enum LenientJSON {
  static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(withoutTrailingCommas(bytes)))
  }

  static func withoutTrailingCommas(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var (isInString, isEscaped) = (false, false)
    for byte in bytes {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
      } else if byte == UInt8(ascii: "\"") {
        isInString = true
      } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
        let last = result.lastIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if let last, result[last] == UInt8(ascii: ",") { result.remove(at: last) }
      }
      result.append(byte)
    }
    return result
  }
}

/// A value that some clients send as a number and others as text.
struct NumberOrText: Codable {
  let text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int64.self) {  // decoding the text reports the error
      text = "\(number)"
    } else {
      text = try container.decode(String.self)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// A product's name, a version, or an attachment's name: 1 to 64 bytes of `[0-9A-Za-z][0-9A-Za-z.+_-]*`.
///
/// The character set keeps paths, option-like words and terminal escapes out of every place that shows a name.
public struct Name: Sendable {
  /// The name's bytes, all ASCII.
  public let utf8: [UInt8]

  /// A name, or `nil` where the text is not one.
  public init?(_ text: String) {
    self.init(utf8: Array(text.utf8))
  }

  /// A name, or `nil` where the bytes are not one.
  public init?(utf8: [UInt8]) {
    guard Name.isValid(utf8.span) else { return nil }
    self.utf8 = utf8
  }

  init(copying bytes: Span<UInt8>) {
    utf8 = Array(copying: bytes)
  }

  /// The name as text.
  public var text: String { String(decoding: utf8, as: UTF8.self) }

  /// Whether bytes are a name.
  public static func isValid(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 1, bytes.count <= Int(truncatingIfNeeded: Limit.nameBytes.value) else { return false }
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        continue
      case UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        if index == 0 { return false }
      default:
        return false
      }
    }
    return true
  }
}

extension Name: Equatable {
  /// Whether two names have the same bytes.
  public static func == (left: Name, right: Name) -> Bool { left.utf8 == right.utf8 }
}

extension FixedBytes {
  /// Copies the bytes.
  public var array: [UInt8] { (0..<count).map { self[$0] } }
}

extension Array<UInt8> {
  /// Copies the bytes of a span.
  public init(copying bytes: Span<UInt8>) {
    self.init()
    reserveCapacity(bytes.count)
    for index in bytes.indices { append(bytes[index]) }
  }
}

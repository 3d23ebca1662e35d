/// What a device calls itself, `mac` in asvin's messages: five octets or seven, a digest, either case. Kept as it came;
/// two that differ in case only are the same.
package struct DeviceName: Hashable, Sendable {
  /// As it came.
  package let text: String
  /// For comparing: ASCII lower case.
  package let folded: String

  /// A name of 1 to 128 printable ASCII characters; `nil` for any other text.
  package init?(_ text: String) {
    guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
    self.text = text
    folded = String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Whether both are the same but for case.
  package static func == (left: Self, right: Self) -> Bool { left.folded == right.folded }

  /// As ``==(_:_:)``.
  package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

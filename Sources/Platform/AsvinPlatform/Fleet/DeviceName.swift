/// The name that a device gives itself, `mac` in asvin's messages: five or seven octets, or a digest, in either case. It is
/// stored as received. Names that differ only in case are equal.
package struct DeviceName: Hashable, Sendable {
  /// The name as received.
  package let text: String
  /// The name in ASCII lower case, for comparison.
  package let folded: String

  /// Creates a name of 1 to 128 printable ASCII characters; `nil` for any other text.
  package init?(_ text: String) {
    guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
    self.text = text
    folded = String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  package static func == (left: Self, right: Self) -> Bool { left.folded == right.folded }

  package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

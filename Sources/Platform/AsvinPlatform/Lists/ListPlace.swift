/// The place in a list after which a page begins: the id of the last item of the page before, and its sort key. Items that
/// are added, changed or removed in the meantime do not move the place.
package struct ListPlace: Equatable, Sendable {
  /// The value by which a list is ordered.
  package enum Key: Equatable, Sendable {
    case number(Int64)
    case text(String)
  }

  /// The sort key; `nil` in the order of ids.
  package let key: Key?
  package let id: Int64

  package init(_ id: Int64, key: Key? = nil) { (self.id, self.key) = (id, key) }

  /// Reads what ``text`` returns; `nil` for any other text.
  package init?(text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let id = Int64(parts[0]), id >= 0 else { return nil }
    guard parts.count == 2 else {
      self.init(id)
      return
    }
    switch parts[1].first {
    case "n":
      guard let number = Int64(parts[1].dropFirst()) else { return nil }
      self.init(id, key: .number(number))
    case "t":
      guard let bytes = Self.bytes(parts[1].dropFirst()) else { return nil }
      self.init(id, key: .text(String(decoding: bytes, as: UTF8.self)))
    default: return nil
    }
  }

  /// The place in a reply: the id, and the key as a number or in hexadecimal.
  package var text: String {
    switch key {
    case nil: "\(id)"
    case .number(let number): "\(id).n\(number)"
    case .text(let text): "\(id).t" + text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  private static func bytes(_ digits: Substring) -> [UInt8]? {
    let values = digits.compactMap(\.hexDigitValue)
    guard values.count == digits.count, values.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }
}

extension ListPlace.Key: Comparable {
  /// Compares texts by their bytes in UTF-8, as the database does.
  package static func < (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.number(let left), .number(let right)): left < right
    case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.number, .text): true
    case (.text, .number): false
    }
  }
}

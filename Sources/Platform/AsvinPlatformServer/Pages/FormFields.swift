import AsvinPlatformAPI
import Hummingbird

/// The fields of a form as a browser sends them (`application/x-www-form-urlencoded`).
struct FormFields: Sendable {
  private var values: [String: [String]] = [:]

  /// Fields of a form. Pages have far fewer, except for one for each selected row.
  private static let mostFields = 1200

  init() {}

  /// Reads a body; `nil` if a part is not percent-encoded UTF-8, or if there are too many.
  init?(_ body: [UInt8]) {
    let parts = body.split(separator: UInt8(ascii: "&"))
    guard parts.count <= Self.mostFields else { return nil }
    for part in parts {
      let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(pieces[0]), let value = Self.decoded(pieces.count == 2 ? pieces[1] : []) else {
        return nil
      }
      values[name, default: []].append(value)
    }
  }

  private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
    let spaced = bytes.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
    return String(percentDecoding: String(decoding: spaced, as: UTF8.self))
  }

  /// The first value of a field without the spaces at its ends; `nil` if it is absent or empty.
  func text(_ name: String) -> String? {
    guard let value = values[name]?.first else { return nil }
    let trimmed = value.drop { $0 == " " }
    let end = trimmed.lastIndex { $0 != " " }
    return end.map { String(trimmed[...$0]) }
  }

  /// The first value as it was sent, for passwords.
  func exact(_ name: String) -> String { values[name]?.first ?? "" }

  /// All fields but some, in the order of their names, for a page that asks before the form counts.
  func pairs(without names: Set<String>) -> [(name: String, value: String)] {
    values.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }.flatMap { name, values in
      values.map { (name, $0) }
    }
  }

  func texts(_ name: String) -> [String] { values[name] ?? [] }
  func number(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }
  func numbers(_ name: String) -> [Int64] { texts(name).compactMap { Int64($0) } }
  func isOn(_ name: String) -> Bool { values[name] != nil }
}

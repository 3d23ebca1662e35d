/// An address range. Both ends are included, so that a range can end at the highest address.
package struct AddressRange: Equatable, Sendable {
  /// The first address.
  package let first: UInt64
  /// The last address.
  package let last: UInt64
  /// The name of the data in the container: the segment and section of an ELF file; `nil` if it has no name.
  package let label: String?

  /// A range; `nil` if the last address is below the first one.
  package init?(first: UInt64, last: UInt64, label: String? = nil) {
    guard first <= last else { return nil }
    self.first = first
    self.last = last
    self.label = label
  }

  /// Parses a range such as `0x8000000-0x80FFFFF`, hexadecimal with `0x` or decimal; `nil` for other text.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = Self.number(parts[0]), let last = Self.number(parts[1]) else { return nil }
    self.init(first: first, last: last)
  }

  /// The value of an address or identifier in text; `nil` for other text.
  package static func number(_ text: some StringProtocol) -> UInt64? {
    let digits = text.lowercased()
    // `UInt64` alone would accept a sign.
    guard digits.utf8.first.map({ (0x30...0x39).contains($0) }) == true else { return nil }
    guard digits.hasPrefix("0x") else { return UInt64(digits) }
    let rest = digits.dropFirst(2)
    guard rest.utf8.first.map({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) == true else { return nil }
    return UInt64(rest, radix: 16)
  }

  /// Bytes of the range.
  package var count: UInt64 {
    let (count, overflow) = (last - first).addingReportingOverflow(1)
    return overflow ? .max : count
  }

  /// The range in text, as ``init(_:)`` reads it.
  package var text: String { "0x\(String(first, radix: 16))-0x\(String(last, radix: 16))" }

  /// Whether an address is in the range.
  func contains(_ address: UInt64) -> Bool { first <= address && address <= last }
}

extension AddressRange: CustomStringConvertible {
  /// The range, its size and its label.
  package var description: String { "\(text) (\(count) bytes\(label.map { ", \($0)" } ?? ""))" }
}

extension [AddressRange] {
  /// The ranges, ascending, joined if the gap between two is smaller than `gap` bytes.
  func joined(acrossGapsBelow gap: UInt64) -> [AddressRange] {
    var joined: [AddressRange] = []
    var labels: [String] = []
    for range in self {
      if let previous = joined.last, range.first <= previous.last || range.first - previous.last <= gap {
        // A long list of names would hide the addresses.
        if let label = range.label, labels.count < 4, !labels.contains(label) { labels.append(label) }
        let label = labels.isEmpty ? nil : labels.joined(separator: ", ")
        joined[joined.count - 1] =
          AddressRange(first: previous.first, last: Swift.max(previous.last, range.last), label: label) ?? previous
      } else {
        labels = range.label.map { [$0] } ?? []
        joined.append(range)
      }
    }
    return joined
  }
}

package import AsvinHost

/// Why a firmware file cannot be read or flattened, and where.
package struct ImageError: Error, Equatable, Sendable {
  /// The defect.
  package let fault: ImageFault
  /// Bytes of the file before the defect.
  package let offset: UInt64
  /// The line of a text file, counted from 1; `nil` for other files.
  package let line: UInt64?
  /// The error of the source, if the fault is `unreadable`.
  package let cause: (any Error)?

  package init(_ fault: ImageFault, at offset: UInt64, line: UInt64? = nil, cause: (any Error)? = nil) {
    self.fault = fault
    self.offset = offset
    self.line = line
    self.cause = cause
  }

  /// Whether two errors name the same defect at the same place; lines and causes are not compared.
  package static func == (left: Self, right: Self) -> Bool { left.fault == right.fault && left.offset == right.offset }
}

/// The ways in which a firmware file fails to be read or flattened.
package enum ImageFault: Equatable, Sendable {
  /// The source threw an error, or returned fewer bytes than its size states.
  case unreadable
  /// The file ends inside a structure, or before it is complete.
  case truncated
  /// A named limit is exceeded.
  case overLimit(ImageLimit)
  /// The file is not a container, so there is nothing to flatten.
  case notContainer
  /// A container without a single byte of data.
  case empty
  /// Two pieces of data claim the same address.
  case overlap
  /// Data beyond the end of the address space.
  case addressOverflow
  /// Bytes follow the end of the content.
  case trailingBytes
  /// A line that is not a record of its format.
  case malformedRecord
  /// A record whose bytes do not match its checksum.
  case recordChecksum
  /// A record of an unknown type.
  case unknownRecord
  /// A count of records that is not the number of records before it.
  case recordCount
  /// A text file without its format's last record.
  case missingEnd
  /// A UF2 block with wrong magic numbers or more data than fits.
  case malformedBlock
  /// A UF2 block whose number or count does not fit those before it.
  case blockNumber
  /// Data for several chips or boards, of which none is chosen.
  case severalFamilies([ImageFamily])
  /// No data for the chip or board that is chosen.
  case missingFamily([ImageFamily])
  /// Data in address ranges that are far apart, of which none is chosen.
  case severalRanges([AddressRange])
  /// No data in the range that is chosen.
  case missingRange([AddressRange])
  /// A UF2 that carries files, not flash content.
  case fileContainer
  /// A header with unusable values.
  case malformedHeader
  /// A file whose own CRC does not match its bytes.
  case fileChecksum
}

extension ImageFault {
  /// The defect in words, lower case, as an error message shows it.
  package var explanation: String {
    switch self {
    case .unreadable: "the file cannot be read"
    case .truncated: "the file ends too early"
    case .overLimit(let limit): "more than \(limit.value) \(limit.name)"
    case .notContainer: "not a container of firmware"
    case .empty: "no data inside"
    case .overlap: "two pieces of data claim the same address"
    case .addressOverflow: "data beyond the end of the address space"
    case .trailingBytes: "bytes after the end of the content"
    case .malformedRecord: "not a record of the format"
    case .recordChecksum: "wrong checksum of a record"
    case .unknownRecord: "unknown record type"
    case .recordCount: "the count of records is wrong"
    case .missingEnd: "the record that ends the file is missing"
    case .malformedBlock: "malformed UF2 block"
    case .blockNumber: "UF2 block out of sequence"
    case .severalFamilies(let families): "data for \(families.count) chips or boards"
    case .missingFamily: "no data for the chosen chip or board"
    case .severalRanges(let ranges): "data in \(ranges.count) separate address ranges"
    case .missingRange: "no data in the chosen address range"
    case .fileContainer: "UF2 file container, not flash content"
    case .malformedHeader: "malformed header"
    case .fileChecksum: "wrong CRC of the file"
    }
  }
}

extension ImageError: Explained {
  package func failure(on name: String) -> Failure { failure(on: name, nil, slot: 0) }

  /// Returns the failure to show for a file in a container format that was read for a slot.
  package func failure(on name: String, _ format: ImageFormat?, slot: UInt64) -> Failure {
    if let cause { return Failure(cause, on: name) }
    let prefix = slot == 0 ? "" : "\(slot)="
    switch fault {
    case .severalRanges(let ranges):
      let first = ranges.first?.text ?? ""
      return Failure(
        .rejected, "'\(name)' has data in \(ranges.count) separate address ranges: \(Self.list(ranges))",
        hint: "choose one, as --range \(prefix)\(first), or give the slot's 'range' in a template")
    case .missingRange(let ranges):
      return Failure(
        .rejected, "'\(name)' has no data in the chosen range; its data is at \(Self.list(ranges))",
        hint: "give another --range")
    case .severalFamilies(let families):
      let first = families.first.map { "0x" + String($0.identifier, radix: 16) } ?? ""
      return Failure(
        .rejected, "'\(name)' has data for \(families.count) chips or boards: \(Self.list(families))",
        hint: "choose one, as --family \(prefix)\(first)")
    case .missingFamily(let families):
      let known = families.isEmpty ? "it names none" : "it has data for \(Self.list(families))"
      return Failure(
        .rejected, "'\(name)' has no data for the chosen chip or board; \(known)", hint: "give another --family")
    default:
      let what = format.map { "\($0.title), but damaged: \(fault.explanation)" }
      let place = line.map { "line \($0), byte \(offset)" } ?? "byte \(offset)"
      return Failure(
        .rejected, "'\(name)' is \(what ?? "a broken image: \(fault.explanation)"), at \(place)",
        hint: "build or copy it again")
    }
  }

  /// The first items of a list and the number of the others.
  private static func list(_ items: [some CustomStringConvertible]) -> String {
    let shown = items.prefix(8).map(\.description).joined(separator: ", ")
    return items.count > 8 ? "\(shown) and \(items.count - 8) more" : shown
  }
}

/// Why a firmware file cannot be read or flattened, and where.
package struct ImageError: Error, Equatable, Sendable {
  /// The defect.
  package let fault: ImageFault
  /// Bytes of the file before the defect.
  package let offset: UInt64
  /// The line of a text file, counted from 1; `nil` for other files.
  package let line: UInt64?
  /// What the source threw, where the fault is `unreadable`.
  package let cause: (any Error)?

  /// An error at a byte offset.
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
  /// The source threw, or gave fewer bytes than it said it has.
  case unreadable
  /// The file ends inside a structure, or before it is complete.
  case truncated
  /// A named limit is exceeded.
  case overLimit(ImageLimit)
  /// Not a container: there is nothing to flatten.
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
  /// A header of unusable values.
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

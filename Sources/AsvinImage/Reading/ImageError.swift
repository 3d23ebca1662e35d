/// Why a firmware file cannot be read or flattened, and where.
public struct ImageError: Error, Equatable, Sendable {
  /// The defect.
  public let fault: ImageFault
  /// Bytes of the file before the defect.
  public let offset: UInt64
  /// What the source threw, where the fault is `unreadable`.
  public let cause: (any Error)?

  /// An error at a byte offset.
  public init(_ fault: ImageFault, at offset: UInt64, cause: (any Error)? = nil) {
    self.fault = fault
    self.offset = offset
    self.cause = cause
  }

  /// Whether two errors name the same defect at the same place; causes are not compared.
  public static func == (left: Self, right: Self) -> Bool { left.fault == right.fault && left.offset == right.offset }
}

/// The ways in which a firmware file fails to be read or flattened.
public enum ImageFault: Equatable, Sendable {
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
  /// A line that is not an Intel HEX record.
  case malformedRecord
  /// An Intel HEX record whose bytes do not sum to zero.
  case recordChecksum
  /// An Intel HEX record of an unknown type.
  case unknownRecord
  /// Intel HEX without its end-of-file record.
  case missingEnd
  /// A UF2 block with wrong magic numbers or more data than fits.
  case malformedBlock
  /// A UF2 block whose number or count does not fit those before it.
  case blockNumber
  /// UF2 blocks for different chips in one file.
  case mixedFamilies
  /// A UF2 that carries files, not flash content.
  case fileContainer
  /// An ELF header of unusable values.
  case malformedHeader
}

extension ImageFault {
  /// The defect in words, lower case, as an error message shows it.
  public var explanation: String {
    switch self {
    case .unreadable: "the file cannot be read"
    case .truncated: "the file ends too early"
    case .overLimit(let limit): "more than \(limit.value) \(limit.name)"
    case .notContainer: "not Intel HEX, UF2 or firmware ELF"
    case .empty: "no data inside"
    case .overlap: "two pieces of data claim the same address"
    case .addressOverflow: "data beyond the end of the address space"
    case .trailingBytes: "bytes after the end of the content"
    case .malformedRecord: "not an Intel HEX record"
    case .recordChecksum: "wrong checksum of an Intel HEX record"
    case .unknownRecord: "unknown Intel HEX record type"
    case .missingEnd: "no Intel HEX end-of-file record"
    case .malformedBlock: "malformed UF2 block"
    case .blockNumber: "UF2 block out of sequence"
    case .mixedFamilies: "UF2 blocks for different chips"
    case .fileContainer: "UF2 file container, not flash content"
    case .malformedHeader: "malformed ELF header"
    }
  }
}

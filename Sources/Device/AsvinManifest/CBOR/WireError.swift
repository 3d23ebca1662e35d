/// What is wrong with encoded bytes, and where.
public struct WireError: Error, Equatable, Sendable {
  /// The defect.
  public let fault: WireFault
  /// Bytes before the defect, counted from the start of the buffer that was read.
  public let offset: Int

  /// An error at a byte offset.
  public init(_ fault: WireFault, at offset: Int) {
    self.fault = fault
    self.offset = offset
  }
}

/// The defects of bytes that are not deterministic CBOR (RFC 8949 §4.2.1) or do not have the expected form.
public enum WireFault: Equatable, Sendable {
  /// The bytes end inside an item.
  case truncated
  /// Bytes follow the last item.
  case trailingBytes
  /// A length or integer has a shorter encoding (RFC 8949 §4.2.1).
  case notShortest
  /// An indefinite length or a break, both of which RFC 8949 §4.2.1 forbids.
  case indefiniteLength
  /// Map keys do not ascend in bytewise order (RFC 8949 §4.2.1).
  case unsortedKeys
  /// A map holds the same key twice (RFC 8949 §5.6).
  case duplicateKey
  /// A reserved head byte, a tag, a float or a simple value. Our formats have none of them.
  case unsupportedItem
  /// An item of another type than the format asks for.
  case wrongType
  /// Text that is not UTF-8 (RFC 3629).
  case invalidText
  /// A named limit is exceeded.
  case overLimit(Limit)
  /// A map key that the format does not define and that must not be ignored.
  case unknownKey
  /// A key that the format requires is absent.
  case missingKey
  /// The value is not allowed, though its type is.
  case invalidValue

  /// Whether the defect is only in the encoding, so that the same data has a valid, deterministic one.
  public var isEncodingChoice: Bool {
    switch self {
    case .notShortest, .indefiniteLength, .unsortedKeys: true
    default: false
    }
  }
}

/// Reads deterministic CBOR (RFC 8949 §4.2.1) from a buffer, item by item, without a copy.
///
/// Every other encoding is refused with the offset of the defect. Hostile bytes cannot cause a trap, because each
/// length is compared with the number of bytes that are left before it is used.
public struct CBORReader: ~Escapable {
  let bytes: Span<UInt8>
  /// Bytes read so far.
  public private(set) var offset: Int

  /// The complete buffer. Offsets count from its start.
  public var buffer: Span<UInt8> {
    @_lifetime(copy self)
    get { bytes }
  }

  /// A reader at the start of a buffer.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>) {
    self.bytes = bytes
    offset = 0
  }

  /// A reader that continues at the offset of an earlier reader of the same buffer.
  ///
  /// An offset past the end reads as truncated.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>, at offset: Int) {
    self.bytes = bytes
    self.offset = offset
  }

  /// The next item's head.
  ///
  /// - Throws: `truncated`, `notShortest`, `indefiniteLength`, `unsupportedItem`.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func head() throws(WireError) -> CBORHead {
    let start = offset
    guard start < bytes.count else { throw WireError(.truncated, at: start) }
    let initial = bytes[start]
    let information = initial & 0x1F
    if information == 31 { throw WireError(.indefiniteLength, at: start) }
    guard let major = CBORHead.Major(rawValue: initial &>> 5), information < 28 else {
      throw WireError(.unsupportedItem, at: start)
    }
    if major == .simple {
      guard information >= 20, information <= 22 else { throw WireError(.unsupportedItem, at: start) }
    }
    offset = start &+ 1
    if information < 24 { return CBORHead(major, UInt64(information)) }

    let width = 1 &<< Int(information &- 24)
    guard bytes.count &- offset >= width else { throw WireError(.truncated, at: start) }
    var argument: UInt64 = 0
    let end = offset &+ width
    while offset < end {
      argument = argument &<< 8 | UInt64(bytes[offset])
      offset &+= 1
    }
    let smallest: UInt64 =
      switch width {
      case 1: 24
      case 2: 0x100
      case 4: 0x1_0000
      default: 0x1_0000_0000
      }
    guard argument >= smallest else { throw WireError(.notShortest, at: start) }
    return CBORHead(major, argument)
  }

  /// Returns the argument of the next head. Its major type must be `major`.
  ///
  /// - Throws: as ``head()``, and `wrongType`.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func argument(of major: CBORHead.Major) throws(WireError) -> UInt64 {
    let start = offset
    let head = try head()
    guard head.major == major else { throw WireError(.wrongType, at: start) }
    return head.argument
  }

  /// The next item, an unsigned integer.
  ///
  /// - Throws: as ``argument(of:)``.
  public mutating func unsigned() throws(WireError) -> UInt64 {
    try argument(of: .unsigned)
  }

  /// Enters an array, and returns the number of its items, which follow.
  ///
  /// - Throws: as ``argument(of:)``, and `overLimit` when it has more items than the limit allows.
  public mutating func array(_ limit: Limit) throws(WireError) -> Int {
    let start = offset
    let count = try argument(of: .array)
    guard count <= limit.value else { throw WireError(.overLimit(limit), at: start) }
    return Int(truncatingIfNeeded: count)
  }

  /// Reads the next item's head, which must be the given one.
  ///
  /// - Throws: as ``argument(of:)``, and the given fault if the argument differs.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func expect(_ expected: CBORHead, orElse fault: WireFault) throws(WireError) {
    let start = offset
    guard try argument(of: expected.major) == expected.argument else { throw WireError(fault, at: start) }
  }

  /// The next item, a byte string.
  ///
  /// - Throws: as ``argument(of:)``.
  @_lifetime(copy self)
  public mutating func byteString() throws(WireError) -> Span<UInt8> {
    let start = offset
    return try take(argument(of: .bytes), from: start)
  }

  /// The next item, a byte string of exactly *n* bytes.
  ///
  /// - Throws: as ``argument(of:)``, and `invalidValue` for another length.
  @_lifetime(copy self)
  public mutating func byteString(count: Int) throws(WireError) -> Span<UInt8> {
    let start = offset
    let string = try byteString()
    guard string.count == count else { throw WireError(.invalidValue, at: start) }
    return string
  }

  /// Reads a byte string that holds encoded CBOR, and returns a reader of its content. The offsets of that reader count
  /// from the start of this buffer too.
  ///
  /// - Throws: as ``argument(of:)``.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  @_lifetime(copy self)
  public mutating func embedded() throws(WireError) -> CBORReader {
    let content = try byteString()
    return CBORReader(bytes.extracting(first: offset), at: offset &- content.count)
  }

  /// The next item, a text string, as its UTF-8 bytes.
  ///
  /// - Throws: as ``argument(of:)``, and `invalidText`.
  @_lifetime(copy self)
  public mutating func text() throws(WireError) -> Span<UInt8> {
    let start = offset
    let text = try take(argument(of: .text), from: start)
    guard isUTF8(text) else { throw WireError(.invalidText, at: start) }
    return text
  }

  /// Checks that nothing follows the last item.
  ///
  /// - Throws: `trailingBytes`.
  public func finish() throws(WireError) {
    guard offset == bytes.count else { throw WireError(.trailingBytes, at: offset) }
  }

  /// Consumes `count` bytes of string content.
  ///
  /// - Throws: `truncated`, with the offset of the string's head.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  @_lifetime(copy self)
  public mutating func take(_ count: UInt64, from start: Int) throws(WireError) -> Span<UInt8> {
    guard count <= UInt64(bytes.count &- offset) else { throw WireError(.truncated, at: start) }
    let first = offset
    offset = first &+ Int(truncatingIfNeeded: count)
    return bytes.extracting(first..<offset)
  }
}

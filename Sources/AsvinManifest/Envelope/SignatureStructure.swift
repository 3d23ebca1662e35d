/// What a COSE_Sign1 signature covers (RFC 9052 §4.4), up to the payload's bytes: the payload itself is never copied.
///
/// `["Signature1", protected header, external_aad = h'', payload]`; the message that is signed is ``head`` and then
/// the payload.
public struct SignatureStructure: Sendable {
  /// Bytes of the longest protected header that is accepted; ours have 30.
  public static let longestProtectedHeader = 96

  private var buffer = InlineArray<128, UInt8>(repeating: 0)
  private var count = 0

  /// Lends the structure, up to and including the payload's head, to a body. Mutating, so that it is not copied for that.
  public mutating func withHead<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    let count = count
    return unsafe withUnsafeMutableBytes(of: &buffer) { bytes in
      body(unsafe Span(_unsafeBytes: UnsafeRawBufferPointer(bytes)).extracting(first: count))
    }
  }

  /// The structure up to and including the payload's head. For a host: see ``AsvinWire/FixedBytes/span``.
  public var head: Span<UInt8> {
    @_lifetime(borrow self)
    get { buffer.span.extracting(0..<count) }
  }

  /// The structure for a protected header of at most ``longestProtectedHeader`` bytes and a payload of a length.
  public init(protectedHeader: Span<UInt8>, payloadBytes: Int) {
    precondition(protectedHeader.count <= Self.longestProtectedHeader)
    append(0x84)
    appendHead(0x60, 10)
    let context: StaticString = "Signature1"
    for index in 0..<context.utf8CodeUnitCount { append(unsafe context.utf8Start[index]) }
    appendHead(0x40, protectedHeader.count)
    for index in protectedHeader.indices { append(protectedHeader[index]) }
    appendHead(0x40, 0)
    appendHead(0x40, payloadBytes)
  }

  private mutating func append(_ byte: UInt8) {
    buffer[count & 127] = byte
    count &+= 1
  }

  private mutating func appendHead(_ major: UInt8, _ argument: Int) {
    let bytes = argument < 24 ? 0 : argument < 0x100 ? 1 : 2
    append(major | UInt8(truncatingIfNeeded: bytes == 0 ? argument : 23 &+ bytes))
    if bytes == 2 { append(UInt8(truncatingIfNeeded: argument &>> 8)) }
    if bytes >= 1 { append(UInt8(truncatingIfNeeded: argument)) }
  }
}

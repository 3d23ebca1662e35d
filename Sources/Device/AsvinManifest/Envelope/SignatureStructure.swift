/// The head of the message that a COSE_Sign1 signature covers (RFC 9052 §4.4): `["Signature1", protected header,
/// external_aad = h'', payload]` without the payload's bytes. They follow the head and are never copied.
public enum SignatureStructure {
  /// Bytes of the longest protected header that is accepted; ours have 30.
  public static let longestProtectedHeader = 96

  /// Calls a function with the structure, up to and including the payload's head.
  ///
  /// - Precondition: The protected header has at most ``longestProtectedHeader`` bytes.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public static func withHead<Result>(
    protectedHeader: Span<UInt8>, payloadBytes: Int, _ body: (Span<UInt8>) -> Result
  ) -> Result {
    precondition(protectedHeader.count <= longestProtectedHeader)
    return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { buffer in
      for index in start.indices { unsafe buffer[index] = start[index] }
      var writer = unsafe Writer(buffer: buffer, count: start.count)
      writer.appendHead(protectedHeader.count)
      for index in protectedHeader.indices { writer.append(protectedHeader[index]) }
      writer.append(0x40)
      writer.appendHead(payloadBytes)
      return body(unsafe Span(_unsafeElements: buffer).extracting(first: writer.count))
    }
  }

  /// An array of four, and the text "Signature1".
  private static let start: InlineArray<12, UInt8> = [
    0x84, 0x6A, 0x53, 0x69, 0x67, 0x6E, 0x61, 0x74, 0x75, 0x72, 0x65, 0x31,
  ]
}

/// Writes bytes to a buffer of 128. The longest structure has 114.
@safe
private struct Writer {
  let buffer: UnsafeMutableBufferPointer<UInt8>
  private(set) var count: Int

  @unsafe
  init(buffer: UnsafeMutableBufferPointer<UInt8>, count: Int) {
    unsafe self.buffer = buffer
    self.count = count
  }

  mutating func append(_ byte: UInt8) {
    unsafe buffer[count & 127] = byte
    count &+= 1
  }

  /// The head of a byte string of at most 65 535 bytes.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func appendHead(_ length: Int) {
    if length < 24 { return append(0x40 | UInt8(truncatingIfNeeded: length)) }
    append(length < 0x100 ? 0x58 : 0x59)
    if length >= 0x100 { append(UInt8(truncatingIfNeeded: length &>> 8)) }
    append(UInt8(truncatingIfNeeded: length))
  }
}

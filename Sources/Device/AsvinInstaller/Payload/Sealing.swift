/// The shape of a stream: sealed in chunks of a size, or not.
struct Sealing: BitwiseCopyable {
  /// log2 of the chunk's size, 9...16; 0 where it is not sealed.
  let chunkBits: UInt32

  var isSealed: Bool { chunkBits != 0 }

  /// Bytes of a chunk; 0 where it is not sealed.
  var chunkBytes: UInt32 { isSealed ? 1 &<< chunkBits : 0 }

  /// How far behind a block's start an offset in the payload is.
  func astray(_ offset: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: offset) & (1 &<< chunkBits &- 1) }

  /// Where in the stream a byte of the payload stands: behind a link for each chunk before it.
  func place(of offset: UInt64) -> UInt64 {
    // Bit by bit: a shift of 64 bits is a call on small devices.
    var chunks = offset
    for _ in 0..<chunkBits { chunks >>= 1 }
    return offset &+ (isSealed ? chunks &* 32 : 0)
  }
}

import AsvinVerifier
import AsvinManifest

/// Reads a stream block by block. In a sealed stream, each block holds a chunk and the digest of the next block, and
/// the manifest holds the digest of the first. No byte of a block is forwarded before all of the block is checked.
@safe
struct BlockReader<Hash: StreamingHash> {
  private let memory: UnsafeMutableRawBufferPointer
  private let sealing: Sealing
  /// Bytes of the payload.
  private let size: UInt64
  /// Bytes of the block that have arrived, of its chunk, and of the complete block. The sizes follow from the signed
  /// size, so that nothing can be appended or cut.
  private var filled = 0
  private var chunkCount = 0
  private var blockCount = 0
  /// Bytes of the payload that were forwarded.
  private(set) var position: UInt64
  /// The digest that the next block must have.
  private(set) var expected: Digest

  /// Starts at a block: the first one, or the one in a journal.
  ///
  /// - Parameters:
  ///   - progress: the position; inout, because it would otherwise be copied.
  ///   - memory: for a block: a chunk and 32 bytes.
  @unsafe
  init(_ plan: InstallPlan, from progress: inout Progress, memory: UnsafeMutableRawBufferPointer) {
    unsafe self.memory = memory
    (sealing, size) = (plan.sealing, plan.payloadSize)
    (position, expected) = (progress.position, progress.expected)
    pass(0)
  }

  private var left: UInt64 { size &- position }
  /// The rest of the payload in bytes, or a maximum.
  func count(upTo maximum: Int) -> Int {
    left < UInt64(UInt32(truncatingIfNeeded: maximum)) ? Int(truncatingIfNeeded: left) : maximum
  }

  /// The offset in the stream of the next byte.
  var offset: UInt64 { sealing.place(of: position) &+ UInt64(filled) }

  /// Whether all of the payload was forwarded.
  var isDone: Bool { left == 0 }

  /// Accepts bytes until a block is complete and checked.
  ///
  /// - Parameter bytes: the rest of them stays in it.
  /// - Returns: whether ``chunk`` is valid; otherwise more bytes are needed.
  mutating func take(_ bytes: inout Span<UInt8>) throws(InstallError) -> Bool {
    let wanted = min(blockCount &- filled, bytes.count)
    unsafe bytes.extracting(first: wanted).withUnsafeBufferPointer { piece in
      if let place = unsafe memory.baseAddress, let start = piece.baseAddress {
        unsafe (place + filled).copyMemory(from: start, byteCount: wanted)
      }
    }
    filled &+= wanted
    bytes = bytes.extracting(droppingFirst: wanted)
    guard filled == blockCount else { return false }
    let digest = Hash.digest(
      of: unsafe Span(_unsafeBytes: UnsafeRawBufferPointer(memory)).extracting(first: filled))
    guard Decision.isYes(Decision.areSame(digest, expected)) else {
      throw InstallError(.linkDigestMismatch, at: offset)
    }
    return true
  }

  /// The checked chunk.
  var chunk: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let bytes = unsafe UnsafeRawBufferPointer(memory).bindMemory(to: UInt8.self)
      return unsafe _overrideLifetime(bytes.span.extracting(first: chunkCount), borrowing: self)
    }
  }

  /// Continues with the next block.
  mutating func advance() {
    let count = chunkCount
    if blockCount > count { expected = Digest { unsafe memory[count &+ $0] } }
    filled = 0
    pass(count)
  }

  /// Continues after a number of bytes of the payload.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func pass(_ count: Int) {
    position &+= UInt64(UInt32(truncatingIfNeeded: count))
    chunkCount = self.count(upTo: Int(truncatingIfNeeded: sealing.chunkBytes))
    blockCount = chunkCount &+ (left > UInt64(sealing.chunkBytes) ? Int(SealedBlock.linkBytes) : 0)
  }
}

/// The form of a stream: sealed in chunks of a size, or not sealed.
struct Sealing: BitwiseCopyable {
  /// log2 of the chunk's size, 9...16; 0 where it is not sealed.
  let chunkBits: UInt32

  var isSealed: Bool { chunkBits != 0 }

  /// Bytes of a chunk; 0 where it is not sealed.
  var chunkBytes: UInt32 { isSealed ? 1 &<< chunkBits : 0 }

  /// The distance of an offset in the payload from its block's start.
  func astray(_ offset: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: offset) & (1 &<< chunkBits &- 1) }

  /// The offset in the stream of a byte of the payload: each chunk before it has a link.
  func place(of offset: UInt64) -> UInt64 {
    // Bit by bit, because a shift of 64 bits is a call on small devices.
    var chunks = offset
    for _ in 0..<chunkBits { chunks >>= 1 }
    return offset &+ (isSealed ? chunks &* UInt64(SealedBlock.linkBytes) : 0)
  }
}

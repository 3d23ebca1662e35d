import AsvinVerifier
import AsvinManifest

/// Reads a stream block by block, and writes its position to a journal. In a sealed stream, each block holds a chunk
/// and the digest of the next block; the manifest holds the digest of the first. A block is forwarded only after its
/// digest was checked.
@safe
struct BlockReader<Journal: FlashRegion, Hash: StreamingHash> {
  var log: RecordLog<Journal>
  /// Room for a block of a sealed stream.
  private let memory: UnsafeMutableRawPointer?
  /// Bytes of the block that have arrived.
  private var filled = 0
  /// The position, and the digest that the next block must have.
  var progress: Progress
  let plan: InstallPlan

  /// Creates a reader at the first block.
  ///
  /// - Parameter memory: at least ``InstallPlan/blockBytes`` bytes.
  @unsafe
  init(_ plan: InstallPlan, journal: Journal, memory: UnsafeMutableRawPointer?) {
    log = RecordLog(journal, .progress)
    unsafe self.memory = memory
    self.plan = plan
    progress = Progress(plan)
  }

  /// Bytes of the payload that were forwarded.
  var position: UInt64 { progress.position }
  private var left: UInt64 { plan.payloadSize &- progress.position }

  /// The number of bytes that are left of the payload, at most `maximum`.
  func count(upTo maximum: UInt32) -> (count: Int, isMoreLeft: Bool) {
    let isMoreLeft = left > UInt64(maximum)
    return (Int(truncatingIfNeeded: isMoreLeft ? maximum : UInt32(truncatingIfNeeded: left)), isMoreLeft)
  }

  /// The offset of the next byte in the stream.
  var offset: UInt64 { plan.sealing.place(of: progress.position) &+ UInt64(UInt32(truncatingIfNeeded: filled)) }

  /// Whether all of the payload was forwarded.
  var isDone: Bool { left == 0 }

  /// Accepts bytes until a block is complete, and checks it. The size of the block is derived from the signed size of
  /// the payload, so that a stream that is too long or too short is refused.
  ///
  /// - Parameter bytes: the bytes. Those after the end of the block are left in it.
  /// - Returns: the size of the checked chunk in bytes; 0 if the block needs more bytes; `nil` if its digest is wrong.
  mutating func take(_ bytes: inout Span<UInt8>) -> Int? {
    let (chunk, hasLink) = count(upTo: plan.sealing.chunkBytes)
    let block = chunk &+ (hasLink ? Int(SealedBlock.linkBytes) : 0)
    let wanted = min(block &- filled, bytes.count)
    unsafe bytes.withUnsafeBytes { bytes in
      // There are bytes, and the memory has room for a block.
      unsafe (memory.unsafelyUnwrapped + filled).copyMemory(
        from: bytes.baseAddress.unsafelyUnwrapped, byteCount: wanted)
    }
    filled &+= wanted
    bytes = bytes.extracting(droppingFirst: wanted)
    guard filled == block else { return 0 }
    let digest = Hash.digest(of: self[first: block])
    return Decision.isYes(Decision.areSame(digest, progress.expected)) ? chunk : nil
  }

  /// The first bytes of the block. Once it is checked, they are the chunk.
  subscript(first count: Int) -> Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let start = unsafe memory.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
      return unsafe _overrideLifetime(Span(_unsafeStart: start, count: count), borrowing: self)
    }
  }

  /// Notes that bytes of the payload were forwarded. In a sealed stream, they are a chunk, and the next block follows.
  mutating func pass(_ count: Int) {
    if filled > count {
      progress.expected = Digest { unsafe memory.unsafelyUnwrapped.load(fromByteOffset: count &+ $0, as: UInt8.self) }
    }
    filled = 0
    progress.position &+= UInt64(UInt32(truncatingIfNeeded: count))
  }

  /// Writes the progress to the journal.
  mutating func note(written: UInt64) {
    progress.written = written
    log.append(&progress.record)
  }
}

/// The form of a stream: sealed in chunks of a size, or not sealed.
struct Sealing: BitwiseCopyable {
  /// Bytes of a chunk, a power of two; 0 where it is not sealed.
  let chunkBytes: UInt32

  /// - Parameter chunkBits: log2 of the chunk's size, 9...16; 0 where it is not sealed.
  init(chunkBits: UInt64) { chunkBytes = chunkBits == 0 ? 0 : 1 &<< UInt32(truncatingIfNeeded: chunkBits) }

  var isSealed: Bool { chunkBytes != 0 }

  /// The distance from the start of a chunk to an offset in the payload.
  func astray(_ offset: UInt64) -> UInt32 { isSealed ? UInt32(truncatingIfNeeded: offset) & (chunkBytes &- 1) : 0 }

  /// The offset in the stream of a byte of the payload. In a sealed stream, a link follows each chunk before it.
  func place(of offset: UInt64) -> UInt64 {
    guard isSealed else { return offset }
    // Divides bit by bit, because a shift of 64 bits is a function call on small devices. A link has 32 bytes.
    var (chunks, bytes) = (offset, chunkBytes)
    while bytes > SealedBlock.linkBytes {
      chunks >>= 1
      bytes >>= 1
    }
    return offset &+ chunks & ~UInt64(SealedBlock.linkBytes &- 1)
  }
}

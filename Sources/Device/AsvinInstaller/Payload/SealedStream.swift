import AsvinVerifier
import AsvinManifest

/// A stream, block by block. Sealed, each holds a chunk and the digest of the block behind it, and the manifest holds
/// that of the first: not a byte of a block is given on before all of it was checked.
@safe
struct SealedStream<Hash: StreamingHash> {
  private let memory: UnsafeMutableRawBufferPointer
  private let sealing: Sealing
  /// Bytes of the payload.
  private let size: UInt64
  /// Bytes of the block that are there, and of its chunk and all of it: they follow from the signed size, so that nothing
  /// can be appended or cut.
  private var filled = 0
  private var chunkCount = 0
  private var blockCount = 0
  /// Bytes of the payload that were given on.
  private(set) var position: UInt64
  /// The digest that the next block must have.
  private(set) var expected: Digest

  /// A stream from a block on: the first, or where a journal says that it stood.
  ///
  /// - Parameters:
  ///   - progress: where it stood; inout, because it would otherwise be copied.
  ///   - memory: of a block: a chunk and 32 bytes.
  @unsafe
  init(_ plan: InstallPlan, from progress: inout Progress, memory: UnsafeMutableRawBufferPointer) {
    unsafe self.memory = memory
    (sealing, size) = (plan.sealing, plan.payloadSize)
    (position, expected) = (progress.position, progress.expected)
    pass(0)
  }

  private var left: UInt64 { size &- position }
  /// The bytes of the payload that are left, or a maximum.
  func count(upTo maximum: Int) -> Int {
    left < UInt64(UInt32(truncatingIfNeeded: maximum)) ? Int(truncatingIfNeeded: left) : maximum
  }

  /// Where in the stream the next byte stands.
  var offset: UInt64 { sealing.place(of: position) &+ UInt64(filled) }

  /// Whether all of the payload was given on.
  var isDone: Bool { left == 0 }

  /// Takes bytes, until a block is whole and its chunk has been checked.
  ///
  /// - Parameter bytes: what is left of them is left in it.
  /// - Returns: whether ``chunk`` is there; else more bytes are needed.
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

  /// The chunk that was checked.
  var chunk: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let bytes = unsafe UnsafeRawBufferPointer(memory).bindMemory(to: UInt8.self)
      return unsafe _overrideLifetime(bytes.span.extracting(first: chunkCount), borrowing: self)
    }
  }

  /// Goes on with the next block.
  mutating func advance() {
    let count = chunkCount
    if blockCount > count { expected = Digest { unsafe memory[count &+ $0] } }
    filled = 0
    pass(count)
  }

  /// Goes on behind bytes of the payload.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func pass(_ count: Int) {
    position &+= UInt64(UInt32(truncatingIfNeeded: count))
    chunkCount = self.count(upTo: Int(truncatingIfNeeded: sealing.chunkBytes))
    blockCount = chunkCount &+ (left > UInt64(sealing.chunkBytes) ? 32 : 0)
  }
}

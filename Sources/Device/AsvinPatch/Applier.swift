/// Applies a patch, which arrives in pieces of any size. The result goes to the output byte by byte, in order.
///
/// The bytes must be verified before they are applied, by the sealed stream or with the stored payload. Still, no patch
/// makes the applier read outside the base, write past the result, or loop.
public struct Applier<Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>: ~Copyable {
  private enum Phase {
    case settings, map, window, gap, run, inline, cover, done
    /// The state to resume from belongs to other images.
    case refused
  }

  private typealias Codec = PatchCodec<RangeDecoder, Base, Output>
  private var phase = Phase.settings
  /// Covers of the map, literals of the run, or bytes of the cover that are still to come.
  private var left: UInt32 = 0
  private let maximum: UInt32
  private let inPlace: Windows.InPlace?
  private let headerBytes: UInt32
  private var window: Range<UInt32> = 0..<0
  private var written: UInt32 { codec.windowsWritten }
  /// The next cover of the map.
  private var next = 0
  private var mapEnd: UInt32 = 0
  private var last: UInt8 = 1
  // After the small fields, because the decoder's buffer is in it, and fields near the start need shorter instructions.
  private var codec: PatchCodec<RangeDecoder, Base, Output>

  /// Creates an applier for the patch after a header, in a workspace of ``PatchHeader/workspaceBytes``, aligned to 8.
  ///
  /// - Parameter maximum: the highest number of bytes of the result.
  @unsafe
  public init(
    _ header: PatchHeader, base: consuming Base, output: consuming Output, maximum: UInt32,
    workspace: UnsafeMutableRawBufferPointer
  ) {
    self.maximum = maximum
    inPlace = header.inPlace
    headerBytes = UInt32(truncatingIfNeeded: header.byteCount)
    unsafe codec = PatchCodec(
      header.tables, base: base, output: output, coder: RangeDecoder(), workspace: workspace)
  }

  /// Creates an applier that resumes after a window, with the state that ``PatchOutput/commit(_:state:)`` received. The
  /// patch must be sent again from ``offset`` on.
  ///
  /// - Parameter maximum: the highest number of bytes of the result.
  /// - Returns: `nil` for a state of another profile. A state of other images is refused with the first bytes.
  @unsafe
  public init?<State: ByteStore>(
    _ header: PatchHeader, resuming state: State, base: consuming Base, output: consuming Output,
    maximum: UInt32, workspace: UnsafeMutableRawBufferPointer
  ) {
    guard Int(state.count) == header.workspaceBytes, workspace.count >= Int(state.count) else { return nil }
    unsafe self.init(header, base: base, output: output, maximum: maximum, workspace: workspace)
    codec.resume(state)
    window = codec.lastWindow
    codec.coder = RangeDecoder(codec.lastCoder)
    phase = written == Windows(inPlace, size: codec.newSize).count ? .done : .window
    if codec.oldSize != codec.images.base.count || codec.newSize > min(maximum, 0x7FFF_FFFF) { phase = .refused }
  }

  /// The offset in the patch of the next byte.
  public var offset: UInt64 { UInt64(headerBytes &+ codec.coder.given) }

  /// Bytes of the result, once the patch has stated them.
  public var resultSize: UInt32 { codec.newSize }

  /// Whether the result is complete.
  public var isDone: Bool { phase == .done }

  /// Bytes of the result that the output has received.
  public var position: UInt32 { codec.position }

  /// Accepts the next bytes after the header, and writes the result that they encode.
  ///
  /// - Throws: ``PatchError``; the applier cannot be used after that.
  public mutating func push(_ bytes: Span<UInt8>) throws(PatchError) {
    for index in 0..<bytes.count {
      if !codec.coder.hasRoom { try run() }
      guard codec.coder.hasRoom else { throw failure(.trailingBytes) }
      codec.coder.append(bytes[index])
      last = bytes[index]
    }
    try run()
  }

  /// Ends the patch.
  ///
  /// - Throws: ``PatchError`` if the result is not complete, or bytes follow the patch.
  public mutating func finish() throws(PatchError) {
    codec.coder.hasEnded = true
    try run()
    guard isDone else { throw failure(.truncated) }
    guard codec.coder.left == 0, last != 0 else { throw failure(.trailingBytes) }
  }

  package mutating func withOutput(_ body: (inout Output) -> Void) { body(&codec.images.output) }

  /// Returns the output.
  public consuming func intoOutput() -> Output { codec.intoOutput() }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func failure(_ reason: PatchError.Reason) -> PatchError {
    PatchError(reason, at: UInt64(headerBytes &+ min(codec.coder.taken, codec.coder.given)))
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func run() throws(PatchError) {
    while codec.coder.isReady, !isDone {
      // After the end of the input, zeros replace only the bytes that an encoder omits. There are at most eight.
      guard codec.coder.taken <= codec.coder.given &+ 8 || !codec.coder.hasEnded else { throw failure(.truncated) }
      try step()
    }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func step() throws(PatchError) {
    switch phase {
    case .settings:
      codec.coder.prime()
      guard codec.codeSettings(PatchSettings()) else { throw failure(.unknownFormat) }
      guard codec.oldSize == codec.images.base.count else { throw failure(.wrongBase) }
      guard codec.newSize <= min(maximum, 0x7FFF_FFFF) else { throw failure(.resultTooLong) }
      left = codec.codeMapCount(0)
      guard left <= UInt32(truncatingIfNeeded: codec.map.capacity) else { throw failure(.mapTooLong) }
      phase = .map
    case .map where left == 0:
      codec.endMap()
      phase = .window
    case .map:
      let cover = codec.codeMapCover(Cover(new: 0, old: 0, length: 0))
      try check(cover, from: mapEnd, to: codec.newSize, sources: codec.oldSize)
      codec.append(cover)
      mapEnd = cover.new &+ cover.length
      left &-= 1
    case .window: try openWindow()
    case .gap:
      if codec.position == window.upperBound {
        codec.commit(window)
        phase = written == Windows(inPlace, size: codec.newSize).count ? .done : .window
        return
      }
      let gapEnd = gapEnd()
      if codec.position == gapEnd {
        let cover = codec.map[next].clipped(to: codec.position..<window.upperBound)
        next &+= 1
        codec.begin(cover)
        (phase, left) = (.cover, cover.length)
      } else {
        left = codec.codeRun(0)
        guard left <= gapEnd &- codec.position else { throw failure(.badRun) }
        phase = .run
      }
    case .run where left == 0: phase = codec.position == gapEnd() ? .gap : .inline
    case .run:
      _ = codec.codeLiteral(0)
      left &-= 1
    case .inline:
      let cover = codec.codeInline(Cover(new: 0, old: 0, length: 0))
      let (oldSize, newSize) = (codec.oldSize, codec.newSize)
      let isRepeat = cover.old >= oldSize
      try check(cover, from: codec.position, to: gapEnd(), sources: isRepeat ? oldSize &+ newSize : oldSize)
      codec.begin(cover)
      (phase, left) = (.cover, cover.length)
    case .cover where left == 0: phase = .gap
    case .cover:
      _ = codec.codeCopied(0)
      left &-= 1
    case .done: break
    case .refused: throw failure(.wrongBase)
    }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func openWindow() throws(PatchError) {
    let windows = Windows(inPlace, size: codec.newSize)
    let last = written > 0 ? windows.index(of: window.lowerBound) : nil
    let index = inPlace == nil ? 0 : codec.codeWindow(0, after: last)
    guard index < windows.count else { throw failure(.badWindow) }
    window = windows[index]
    codec.open(window)
    next = 0
    while next < codec.map.count, codec.map[next].end <= window.lowerBound { next &+= 1 }
    phase = .gap
  }

  /// The end of the gap between two covers of the map.
  private mutating func gapEnd() -> UInt32 {
    next < codec.map.count ? min(max(codec.map[next].new, codec.position), window.upperBound) : window.upperBound
  }

  private mutating func check(_ cover: Cover, from start: UInt32, to end: UInt32, sources: UInt32) throws(PatchError) {
    guard cover.length > 0, cover.new >= start, cover.new <= end, cover.length <= end &- cover.new,
      cover.old <= sources, cover.length <= sources &- cover.old
    else { throw failure(.badCover) }
  }
}

/// Applies a patch, which arrives in pieces of any size; the result goes out byte by byte, in order.
///
/// What is applied must have been verified before: the sealed stream, or the stored payload, sees to that. Still no
/// patch makes it read outside the base, write past the result, or loop.
public struct Applier<Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>: ~Copyable {
  private enum Phase {
    case settings, map(left: UInt32), window, gap, run(left: UInt32), inline, cover(left: UInt32), done
  }

  private typealias Codec = PatchCodec<RangeDecoder, Base, Output>
  private var codec: PatchCodec<RangeDecoder, Base, Output>
  private var phase = Phase.settings
  private let maximum: UInt32
  private let inPlace: Windows.InPlace?
  private let headerBytes: UInt64
  private var window: Range<UInt32> = 0..<0
  private var written: UInt32 { codec.windowsWritten }
  /// The map's next cover to be written.
  private var next = 0
  private var mapEnd: UInt32 = 0
  private var given: UInt64 = 0
  private var last: UInt8 = 1

  /// An applier for the patch behind a header, in a workspace of ``PatchHeader/workspaceBytes``, aligned to 8.
  ///
  /// - Parameter maximum: bytes of the result at most.
  @unsafe
  public init(
    _ header: PatchHeader, base: consuming Base, output: consuming Output, maximum: UInt32,
    workspace: UnsafeMutableRawBufferPointer
  ) {
    self.maximum = maximum
    inPlace = header.inPlace
    headerBytes = UInt64(header.byteCount)
    unsafe codec = PatchCodec(
      header.tables, base: base, output: output, coder: RangeDecoder(), workspace: workspace)
  }

  /// An applier that goes on behind a window, with the state that ``PatchOutput/commit(_:state:)`` was given,
  /// and ``PatchJournal/recover()`` gives back. The patch
  /// is to be given again from ``offset`` on.
  ///
  /// - Returns: `nil` where the state is not one of this profile's.
  @unsafe
  public init?<State: ByteStore>(
    _ header: PatchHeader, resuming state: State, base: consuming Base, output: consuming Output,
    workspace: UnsafeMutableRawBufferPointer
  ) {
    guard Int(state.count) == header.workspaceBytes, workspace.count >= Int(state.count) else { return nil }
    unsafe self.init(header, base: base, output: output, maximum: 0, workspace: workspace)
    window = codec.resume(state)
    codec.coder = RangeDecoder(codec.resumed)
    given = codec.resumed.taken
    phase = written == Windows(inPlace, size: codec.settings.newSize).count ? .done : .window
  }

  /// Where in the patch it stands: the byte to be given next.
  public var offset: UInt64 { headerBytes &+ given }

  /// Bytes of the result, as far as the patch has said so.
  public var resultSize: UInt32 { codec.settings.newSize }

  /// Whether the result is whole.
  public var isDone: Bool {
    if case .done = phase { true } else { false }
  }

  /// Bytes of the result that were given out.
  public var position: UInt32 { codec.position }

  /// Takes the next bytes behind the header, and gives out what they tell.
  ///
  /// - Throws: ``PatchError``; the applier is then of no more use.
  public mutating func push(_ bytes: Span<UInt8>) throws(PatchError) {
    for index in 0..<bytes.count {
      if codec.coder.room == 0 { try run() }
      guard codec.coder.room > 0 else { throw failure(.trailingBytes) }
      codec.coder.append(bytes[index])
      given &+= 1
      last = bytes[index]
    }
    try run()
  }

  /// Says that there are no more bytes.
  ///
  /// - Throws: ``PatchError`` where the result is not whole, or the patch was longer.
  public mutating func finish() throws(PatchError) {
    codec.coder.hasEnded = true
    try run()
    guard isDone else { throw failure(.truncated) }
    guard codec.coder.left == 0, last != 0 else { throw failure(.trailingBytes) }
  }

  /// The output, back from the applier.
  public consuming func intoOutput() -> Output { codec.intoOutput() }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func failure(_ reason: PatchError.Reason) -> PatchError { PatchError(reason, at: taken) }

  private var taken: UInt64 { headerBytes &+ min(codec.coder.taken, given) }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func run() throws(PatchError) {
    while codec.coder.isReady, !isDone {
      // Zeros stand for at most what a coder's end leaves away.
      guard codec.coder.taken <= given &+ 8 || !codec.coder.hasEnded else { throw failure(.truncated) }
      try step()
    }
  }

  private mutating func step() throws(PatchError) {
    switch phase {
    case .settings:
      codec.coder.prime()
      codec.codeSettings(PatchSettings())
      guard codec.settings.oldSize == codec.base.count else { throw failure(.wrongBase) }
      guard codec.settings.newSize <= min(maximum, 0x7FFF_FFFF) else { throw failure(.resultTooLong) }
      let count = codec.codeMapCount(0)
      guard count <= UInt32(codec.map.capacity) else { throw failure(.mapTooLong) }
      phase = .map(left: count)
    case .map(left: 0):
      codec.endMap()
      phase = .window
    case .window: try openWindow()
    case .map(let left):
      let cover = codec.codeMapCover(Cover(new: 0, old: 0, length: 0))
      try check(cover, from: mapEnd, to: codec.settings.newSize, sources: codec.settings.oldSize)
      codec.append(cover)
      mapEnd = cover.new &+ cover.length
      phase = .map(left: left &- 1)
    case .gap:
      if codec.position == window.upperBound {
        codec.commit(window)
        phase = written == Windows(inPlace, size: codec.settings.newSize).count ? .done : .window
      } else if codec.position == gapEnd {
        let cover = codec.map[next].clipped(to: window)
        next &+= 1
        codec.begin(cover)
        phase = .cover(left: cover.length)
      } else {
        let count = codec.codeRun(0)
        guard count <= gapEnd &- codec.position else { throw failure(.badRun) }
        phase = count == gapEnd &- codec.position || count > 0 ? .run(left: count) : .inline
      }
    case .run(left: 0): phase = codec.position == gapEnd ? .gap : .inline
    case .run(let left):
      _ = codec.codeLiteral(0)
      phase = .run(left: left &- 1)
    case .inline:
      let cover = codec.codeInline(Cover(new: 0, old: 0, length: 0))
      let (oldSize, newSize) = (codec.settings.oldSize, codec.settings.newSize)
      let isRepeat = cover.old >= oldSize
      try check(cover, from: codec.position, to: gapEnd, sources: isRepeat ? oldSize &+ newSize : oldSize)
      codec.begin(cover)
      phase = .cover(left: cover.length)
    case .cover(left: 0): phase = .gap
    case .cover(let left):
      _ = codec.codeCopied(0)
      phase = .cover(left: left &- 1)
    case .done: break
    }
  }

  private mutating func openWindow() throws(PatchError) {
    let windows = Windows(inPlace, size: codec.settings.newSize)
    let last = written > 0 ? windows.index(of: window.lowerBound) : nil
    let index = inPlace == nil ? 0 : codec.codeWindow(0, after: last)
    guard index < windows.count else { throw failure(.badWindow) }
    window = windows[index]
    codec.open(window)
    next = 0
    while next < codec.map.count, codec.map[next].end <= window.lowerBound { next &+= 1 }
    phase = .gap
  }

  /// Where what is written between the covers of the map ends.
  private var gapEnd: UInt32 {
    next < codec.map.count ? min(max(codec.map[next].new, codec.position), window.upperBound) : window.upperBound
  }

  private func check(_ cover: Cover, from start: UInt32, to end: UInt32, sources: UInt32) throws(PatchError) {
    guard cover.length > 0, cover.new >= start, cover.new <= end, cover.length <= end &- cover.new,
      cover.old <= sources, cover.length <= sources &- cover.old
    else { throw failure(.badCover) }
  }
}

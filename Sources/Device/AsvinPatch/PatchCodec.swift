/// The destination of a patch's result, byte by byte. Bytes that were written can be read again.
public protocol PatchOutput: ByteStore, ~Copyable {
  /// Appends the next byte. When a patch is written, the result is known and there is nothing to do.
  mutating func append(_ byte: UInt8)

  /// Starts a window: the next bytes belong to it.
  mutating func open(_ window: Range<UInt32>)

  /// Ends a window: its bytes are complete. Earlier windows are in their places; this one is to be put in its place,
  /// and then the old bytes there are lost.
  ///
  /// - Parameter state: what is needed to resume from here, besides the patch.
  mutating func commit(_ window: Range<UInt32>, state: RawSpan)
}

/// The items of the patch format, each defined once for reader and writer: see ``BitCoder``.
///
/// A patch is a header, the map — the longest covers, in the new image's order — and then, from the new image's start,
/// the gaps between the covers of the map (runs of literals, and shorter inline covers) and the covers' bytes.
///
/// The state between two windows is in the workspace: see ``Checkpoint``. Functions that change nothing are still
/// `mutating`, as in ``Applier``; otherwise they would be called with a copy of the complete codec on a device's stack.
/// The larger functions are not inlined on a device. One function with all of them would be larger, because few of its
/// parts are near enough for short instructions.
@safe
public struct PatchCodec<Coder: BitCoder & ~Copyable, Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>:
  ~Copyable
{
  private var references: ReferencePredictor
  private var hits: HitModel
  private var literals: LiteralModel
  private let numbers: Numbers
  private let memory: UnsafeMutableRawBufferPointer
  private let state: UnsafeMutablePointer<Checkpoint>

  /// Bytes of the new image that are coded.
  public private(set) var position: UInt32 = 0
  /// 4 if no literals precede the next cover, otherwise 0.
  private var isRunEmpty: UInt32 = 0
  private var mapEnd: UInt32 = 0
  var images: Images<Base, Output>
  /// The coder; last, as the largest.
  public var coder: Coder

  /// Creates a codec in a workspace of ``Tables/bytes``, aligned to 8.
  @unsafe
  public init(
    _ tables: Tables, base: consuming Base, output: consuming Output, coder: consuming Coder,
    workspace memory: UnsafeMutableRawBufferPointer
  ) {
    var workspace = unsafe PatchWorkspace(memory)
    unsafe self.memory = memory
    unsafe state = workspace.take(1, of: Checkpoint.self)
    self.coder = coder
    images = Images(base: base, output: output)
    references = unsafe ReferencePredictor(Checkpoint.settings(in: state), tables, in: &workspace)
    hits = HitModel(bits: tables.hitBits, in: &workspace)
    literals = LiteralModel(slots: tables.literalSlots, in: &workspace)
    numbers = Numbers(in: &workspace)
  }

  /// Codes the facts about the images.
  ///
  /// - Returns: whether they are supported here.
  public mutating func codeSettings(_ settings: PatchSettings) -> Bool {
    unsafe state.pointee.settings = settings
    return unsafe state.pointee.settings.code(numbers, with: &coder)
  }

  /// Codes the number of covers of the map.
  public mutating func codeMapCount(_ count: UInt32) -> UInt32 { numbers.code(count, .count, with: &coder) }

  /// Codes the map's next cover.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func codeMapCover(_ cover: Cover) -> Cover {
    let gap = numbers.code(cover.new &- mapEnd, .gap, with: &coder)
    let new = mapEnd &+ gap
    let length = numbers.code(cover.length, .length, with: &coder)
    let shift = codeShift(cover.old &- cover.new, codeDiagonal(cover.old &- cover.new, 0))
    mapEnd = new &+ length
    return Cover(new: new, old: new &+ shift, length: length)
  }

  /// Adds a checked cover to the map.
  public mutating func append(_ cover: Cover) { references.map.append(cover) }

  /// Ends the map.
  public mutating func endMap() {
    references.map.finish()
    unsafe state.pointee.diagonals = .init(repeating: 0)
  }

  /// Codes the next window: the one after the last, the one before it, or any other by its number.
  public mutating func codeWindow(_ index: UInt32, after last: UInt32?) -> UInt32 {
    if let last {
      if code(index == last &+ 1 ? 1 : 0, 27) == 1 { return last &+ 1 }
      if code(index == last &- 1 ? 1 : 0, 28) == 1 { return last &- 1 }
    }
    return numbers.code(index, .count, with: &coder)
  }

  /// Starts a window.
  public mutating func open(_ window: Range<UInt32>) {
    position = window.lowerBound
    images.output.open(window)
  }

  /// Ends a window, between two covers.
  public mutating func commit(_ window: Range<UInt32>) {
    unsafe (state.pointee.windowStart, state.pointee.windowEnd) = (window.lowerBound, window.upperBound)
    unsafe state.pointee.windowsWritten &+= 1
    unsafe state.pointee.coder = coder.state
    images.output.commit(window, state: unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory)))
  }

  /// Restores a state that ``commit(_:)`` passed to the output: the workspace as it was.
  func resume<State: ByteStore>(_ kept: State) {
    for index in unsafe 0..<min(Int(kept.count), memory.count) {
      unsafe memory[index] = kept.byte(at: UInt32(index))
    }
    // The state comes from flash, and may have any value.
    references.map.checkEntries()
    unsafe PatchSettings.checkSet(in: Checkpoint.settings(in: state))
    let regions = unsafe UInt32(truncatingIfNeeded: state.pointee.settings.layout.count)
    unsafe state.pointee.settings.layout.count = Int(min(regions, UInt32(Layout.limit)))
  }

  /// The number of windows that ended.
  var windowsWritten: UInt32 { unsafe state.pointee.windowsWritten }
  /// The window that ended last.
  var lastWindow: Range<UInt32> {
    let start = unsafe state.pointee.windowStart
    return unsafe start..<max(start, state.pointee.windowEnd)
  }
  /// The decoder's position at that point.
  var lastCoder: CoderState { unsafe state.pointee.coder }
  /// The longest covers.
  var map: AddressMap { references.map }
  var oldSize: UInt32 { unsafe state.pointee.settings.oldSize }
  var newSize: UInt32 { unsafe state.pointee.settings.newSize }

  /// Codes the number of literals that come next.
  public mutating func codeRun(_ count: UInt32) -> UInt32 {
    let kind = unsafe state.pointee.wasRepeat == 1 ? Numbers.Kind.runBehindRepeat : .run
    let coded = numbers.code(count, kind, at: position, with: &coder)
    isRunEmpty = coded == 0 ? 4 : 0
    return coded
  }

  /// Codes an inline cover at the position; it ends within the gap. Its source is the old image, or the written part of
  /// the new one, which follows the old one's end.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func codeInline(_ cover: Cover) -> Cover {
    let isRepeat = unsafe code(cover.old >= oldSize ? 1 : 0, 24 | state.pointee.wasRepeat)
    unsafe state.pointee.wasRepeat = isRepeat
    let shift = cover.old &- position
    let place = codeDiagonal(shift, 4 &* isRepeat)
    let length: UInt32
    if isRepeat == 1 {
      length = numbers.code(cover.length, place == 4 ? .repeatLength : .knownRepeatLength, at: position, with: &coder)
      if place == 4 {
        let distance = Int32(bitPattern: oldSize &- shift)
        let isAhead = code(distance < 0 ? 1 : 0, 26)
        let coded = numbers.code(distance.magnitude, length < 5 ? .shortDistance : .distance, with: &coder)
        remember(isAhead == 1 ? oldSize &+ coded : oldSize &- coded, from: 7)
      }
    } else {
      length = numbers.code(cover.length, place == 4 ? .length : .knownLength, at: position, with: &coder)
      _ = codeShift(shift, place)
    }
    let coded = unsafe state.pointee.diagonals[Int(4 &* isRepeat)]
    return Cover(new: position, old: position &+ coded, length: length)
  }

  /// Starts the bytes of a cover.
  public mutating func begin(_ cover: Cover) {
    unsafe state.pointee.diagonal = cover.old &- cover.new
    references.begin(old: cover.old, oldSize)
  }

  /// Codes a byte between covers.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func codeLiteral(_ byte: UInt8) -> UInt8 {
    let source = unsafe position &+ state.pointee.diagonal
    let coded = literals.code(
      UInt32(byte), predicted: images.get(source), kind: 31, recent: unsafe state.pointee.recent, new: position,
      with: &coder)
    advance(coded)
    return UInt8(coded)
  }

  /// Codes a byte of a cover.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func codeCopied(_ byte: UInt8) -> UInt8 {
    let source = unsafe position &+ state.pointee.diagonal
    let around = images.word(source &- 1)
    let plain = around >> 8 & 255
    let predicted = references.predict(new: position, source: source, plain: plain, in: &images)
    let (kind, place) = references.kind(at: position)
    let known = UInt32(byte)
    let last = unsafe state.pointee.recent & 255
    var coded = predicted
    let isHit = hits.code(
      known == predicted ? 1 : 0, kind: kind, place: place, predicted: predicted, neighbours: around, new: position,
      last: last, with: &coder)
    if isHit == 0 {
      let isPlain = predicted == plain ? 0 : code(known == plain ? 1 : 0, 32 | kind)
      coded =
        isPlain == 1
        ? plain
        : literals.code(
          known, predicted: predicted, kind: kind, recent: unsafe state.pointee.recent, new: position, with: &coder)
    }
    advance(coded)
    references.finish(new: position, source: source, in: &images)
    return UInt8(coded)
  }

  consuming func intoOutput() -> Output { images.output }

  private mutating func advance(_ byte: UInt32) {
    images.output.append(UInt8(byte))
    unsafe state.pointee.recent = state.pointee.recent << 8 | byte
    position &+= 1
  }

  /// Codes the index of a shift among the last four from a place on; 4 if it is not one of them.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func codeDiagonal(_ shift: UInt32, _ first: UInt32) -> UInt32 {
    var left: UInt32 = 4
    while left > 0 {
      let index = 4 &- left
      left &-= 1
      let place = Int(truncatingIfNeeded: first &+ index)
      let known = unsafe state.pointee.diagonals[place]
      if code(known == shift ? 1 : 0, first &<< 2 | isRunEmpty | index) == 1 {
        remember(known, from: place)
        return index
      }
    }
    return 4
  }

  /// Codes a shift to the old image that is not one of the last four, as a difference from the last one.
  private mutating func codeShift(_ shift: UInt32, _ place: UInt32) -> UInt32 {
    let last = unsafe state.pointee.diagonals[0]
    if place == 4 {
      let distance = Int32(bitPattern: shift &- last)
      let isBack = code(distance < 0 ? 1 : 0, 8)
      let magnitude = numbers.code(distance.magnitude, .shift, with: &coder)
      remember(last &+ (isBack == 1 ? 0 &- magnitude : magnitude), from: 3)
    }
    return unsafe state.pointee.diagonals[0]
  }

  private func remember(_ shift: UInt32, from place: Int) {
    let first = place & 4
    for index in stride(from: place, to: first, by: -1) {
      unsafe state.pointee.diagonals[index] = state.pointee.diagonals[index &- 1]
    }
    unsafe state.pointee.diagonals[first] = shift
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func code(_ bit: UInt32, _ context: UInt32) -> UInt32 {
    numbers.flag(bit, context, with: &coder)
  }
}

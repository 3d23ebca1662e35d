/// Where a patch's result goes, byte by byte; what was written can be read again.
public protocol PatchOutput: ByteStore, ~Copyable {
  /// Takes the next byte. When writing a patch, the result is known and nothing is to do.
  mutating func append(_ byte: UInt8)

  /// The next bytes are those of a window.
  mutating func open(_ window: Range<UInt32>)

  /// A window's bytes are there. What was written before it is at its place; this is to be, and then the old bytes
  /// there are gone.
  ///
  /// - Parameter state: what going on from here needs, beside the patch.
  mutating func commit(_ window: Range<UInt32>, state: RawSpan)
}

/// The patch format's items, each written down once for reader and writer: see ``BitCoder``.
///
/// A patch is a header, the map — the longest covers, in the new image's order — and then, from the new image's start,
/// what lies between the covers of the map (runs of literals, and shorter covers in line) and the covers' bytes.
@safe
public struct PatchCodec<Coder: BitCoder & ~Copyable, Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>:
  ~Copyable
{
  /// The coder.
  public var coder: Coder
  let base: Base
  var output: Output
  private(set) var map: AddressMap
  private var references: ReferencePredictor
  private var hits: HitModel
  private var literals: LiteralModel
  private let numbers: Numbers
  private let memory: UnsafeMutableRawBufferPointer
  private let kept: UnsafeMutablePointer<Checkpoint>

  /// What the patch says of its images.
  private(set) var settings = PatchSettings()
  /// Bytes of the new image that are coded.
  public private(set) var position: UInt32 = 0
  /// The last bytes that were coded, the latest lowest.
  private var recent: UInt64 = 0
  /// The last cover's shift from new to its source.
  private var diagonal: UInt32 = 0
  /// The last four shifts to the old image, then the last four within the new one.
  private var diagonals: InlineArray<8, UInt32> = .init(repeating: 0)
  private var wasRepeat: UInt32 = 0
  private var isRepeat = false
  /// 4 where no literals stand before the cover that is told.
  private var isRunEmpty: UInt32 = 0
  /// Where the decoder stood that is to go on.
  private(set) var windowsWritten: UInt32 = 0
  private(set) var resumed = CoderState(range: 0, value: 0, taken: 0)
  private var mapEnd: UInt32 = 0

  /// A codec in a workspace of ``Tables/bytes``, aligned to 8.
  @unsafe
  public init(
    _ tables: Tables, base: consuming Base, output: consuming Output, coder: consuming Coder,
    workspace memory: UnsafeMutableRawBufferPointer
  ) {
    var workspace = unsafe Workspace(memory)
    unsafe self.memory = memory
    unsafe kept = workspace.take(1, of: Checkpoint.self)
    self.coder = coder
    self.base = base
    self.output = output
    map = AddressMap(capacity: tables.covers, in: &workspace)
    references = ReferencePredictor(targets: tables.targets, in: &workspace)
    hits = HitModel(bits: tables.hitBits, in: &workspace)
    literals = LiteralModel(slots: tables.literalSlots, in: &workspace)
    numbers = Numbers(in: &workspace)
  }

  /// What the patch says of its images.
  public mutating func codeSettings(_ settings: PatchSettings) {
    self.settings = settings
    self.settings.code(numbers, with: &coder)
    references.settings = self.settings
  }

  /// How many covers the map has.
  public mutating func codeMapCount(_ count: UInt32) -> UInt32 { numbers.code(count, .count, with: &coder) }

  /// The map's next cover.
  public mutating func codeMapCover(_ cover: Cover) -> Cover {
    let gap = numbers.code(cover.new &- mapEnd, .gap, with: &coder)
    let new = mapEnd &+ gap
    let length = numbers.code(cover.length, .length, with: &coder)
    let shift = codeShift(cover.old &- cover.new, codeDiagonal(cover.old &- cover.new, 0))
    mapEnd = new &+ length
    return Cover(new: new, old: new &+ shift, length: length)
  }

  /// Adds a checked cover to the map.
  public mutating func append(_ cover: Cover) { map.append(cover) }

  /// Ends the map.
  public mutating func endMap() {
    map.finish()
    diagonal = 0
    diagonals = .init(repeating: 0)
  }

  /// Which window comes next: the one behind the last, the one before it, or any by its number.
  public mutating func codeWindow(_ index: UInt32, after last: UInt32?) -> UInt32 {
    if let last {
      if code(index == last &+ 1 ? 1 : 0, 27) == 1 { return last &+ 1 }
      if code(index == last &- 1 ? 1 : 0, 28) == 1 { return last &- 1 }
    }
    return numbers.code(index, .count, with: &coder)
  }

  /// Goes on with a window.
  public mutating func open(_ window: Range<UInt32>) {
    position = window.lowerBound
    output.open(window)
  }

  /// Ends a window, between two covers.
  public mutating func commit(_ window: Range<UInt32>) {
    windowsWritten &+= 1
    unsafe kept.pointee = checkpoint(window)
    output.commit(window, state: unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory)))
  }

  private func checkpoint(_ window: Range<UInt32>) -> Checkpoint {
    var kept = Checkpoint()
    (kept.windowStart, kept.windowEnd) = (window.lowerBound, window.upperBound)
    (kept.settings, kept.recent, kept.wasRepeat) = (settings, recent, wasRepeat)
    (kept.diagonal, kept.diagonals) = (diagonal, diagonals)
    (kept.history, kept.gap, kept.previousGap) = (hits.history, hits.gap, hits.previousGap)
    (kept.mapCount, kept.mapSources) = (UInt32(map.count), UInt32(map.sources))
    (kept.hitsLearned, kept.literalsLearned) = (hits.mixer.learned, literals.mixer.learned)
    (kept.coder, kept.windowsWritten) = (coder.state, windowsWritten)
    return kept
  }

  /// Takes up what the workspace holds; gives the window that was ended.
  mutating func resume<State: ByteStore>(_ state: State) -> Range<UInt32> {
    let count = unsafe min(Int(state.count), memory.count)
    for index in 0..<count {
      unsafe memory[index] = state.byte(at: UInt32(index))
    }
    let kept = unsafe kept.pointee
    (settings, recent, wasRepeat) = (kept.settings, kept.recent, kept.wasRepeat)
    (diagonal, diagonals) = (kept.diagonal, kept.diagonals)
    (hits.history, hits.gap, hits.previousGap) = (kept.history, kept.gap, kept.previousGap)
    map.resume(count: Int(kept.mapCount), sources: Int(kept.mapSources))
    references.settings = settings
    (hits.mixer.learned, literals.mixer.learned) = (kept.hitsLearned, kept.literalsLearned)
    (resumed, windowsWritten) = (kept.coder, kept.windowsWritten)
    return kept.windowStart..<max(kept.windowStart, kept.windowEnd)
  }

  /// How many literals come next.
  public mutating func codeRun(_ count: UInt32) -> UInt32 {
    let start = position
    let coded = numbers.code(count, wasRepeat == 1 ? .runBehindRepeat : .run, at: start, with: &coder)
    isRunEmpty = coded == 0 ? 4 : 0
    return coded
  }

  /// A cover in line, at the position; it ends within the gap. Its source is the old image, or what is already written
  /// of the new one, which stands behind the old one's end.
  public mutating func codeInline(_ cover: Cover) -> Cover {
    let isRepeat = code(cover.old >= settings.oldSize ? 1 : 0, 24 | wasRepeat)
    wasRepeat = isRepeat
    let shift = cover.old &- position
    let place = codeDiagonal(shift, 4 &* isRepeat)
    let length: UInt32
    if isRepeat == 1 {
      length = numbers.code(cover.length, place == 4 ? .repeatLength : .knownRepeatLength, at: position, with: &coder)
      if place == 4 {
        let distance = Int32(bitPattern: settings.oldSize &- shift)
        let isAhead = code(distance < 0 ? 1 : 0, 26)
        let coded = numbers.code(distance.magnitude, length < 5 ? .shortDistance : .distance, with: &coder)
        remember(isAhead == 1 ? settings.oldSize &+ coded : settings.oldSize &- coded, from: 7)
      }
    } else {
      length = numbers.code(cover.length, place == 4 ? .length : .knownLength, at: position, with: &coder)
      _ = codeShift(shift, place)
    }
    return Cover(new: position, old: position &+ diagonals[Int(4 &* isRepeat)], length: length)
  }

  /// Begins the bytes of a cover.
  public mutating func begin(_ cover: Cover) {
    diagonal = cover.old &- cover.new
    isRepeat = cover.old >= settings.oldSize
    references.begin(old: cover.old)
  }

  /// A byte between covers.
  public mutating func codeLiteral(_ byte: UInt8) -> UInt8 {
    let source = position &+ diagonal
    let coded = literals.code(
      UInt32(byte), predicted: get(source), kind: 31, recent: recent,
      new: position, with: &coder)
    advance(coded)
    return UInt8(coded)
  }

  /// A byte of a cover.
  public mutating func codeCopied(_ byte: UInt8) -> UInt8 {
    let source = position &+ diagonal
    let plain = get(source)
    let predicted = isRepeat ? plain : references.predict(new: position, old: source, plain: plain, in: base, map)
    let (kind, place) = references.kind(at: position)
    let known = UInt32(byte)
    let around = neighbours(source)
    let last = UInt32(truncatingIfNeeded: recent) & 255
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
          known, predicted: predicted, kind: kind, recent: recent, new: position, with: &coder)
    }
    advance(coded)
    if !isRepeat { references.finish(new: position, old: source, in: base, output) }
    return UInt8(coded)
  }

  consuming func intoOutput() -> Output { output }

  private mutating func advance(_ byte: UInt32) {
    output.append(UInt8(byte))
    recent = recent << 8 | UInt64(byte)
    position &+= 1
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func neighbours(_ source: UInt32) -> UInt32 {
    get(source) | get(source &+ 1) << 8 | get(source &- 1) << 16 | get(source &+ 2) << 24
  }

  /// Which of the last four shifts it is, from a place on; 4 where it is none of them.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func codeDiagonal(_ shift: UInt32, _ first: UInt32) -> UInt32 {
    for index in 0..<UInt32(4) {
      if code(diagonals[Int(first &+ index)] == shift ? 1 : 0, first &<< 2 | isRunEmpty | index) == 1 {
        remember(diagonals[Int(first &+ index)], from: Int(first &+ index))
        return index
      }
    }
    return 4
  }

  /// A shift to the old image that is none of the last four, as a number relative to the last.
  private mutating func codeShift(_ shift: UInt32, _ place: UInt32) -> UInt32 {
    if place == 4 {
      let distance = Int32(bitPattern: shift &- diagonals[0])
      let isBack = code(distance < 0 ? 1 : 0, 8)
      let magnitude = numbers.code(distance.magnitude, .shift, with: &coder)
      remember(diagonals[0] &+ (isBack == 1 ? 0 &- magnitude : magnitude), from: 3)
    }
    return diagonals[0]
  }

  private mutating func remember(_ shift: UInt32, from place: Int) {
    let first = place & 4
    for index in stride(from: place, to: first, by: -1) { diagonals[index] = diagonals[index &- 1] }
    diagonals[first] = shift
  }

  /// A byte of the old image, or of the new one behind it.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func get(_ source: UInt32) -> UInt32 {
    source < settings.oldSize ? base.get(source) : output.get(source &- settings.oldSize)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func code(_ bit: UInt32, _ context: UInt32) -> UInt32 {
    numbers.flag(bit, context, with: &coder)
  }
}

// A patch whose items come from the input. They are coded correctly, so that a change of the input changes one item and
// not all that follow. The first invalid item is the last one; a patch without any restores the written image.
//
// Input: what to do (the base in the lowest four bits; bit 4: apply in pieces, bit 5: the emphasis), the pieces, and
// then the numbers of the items, of one or three bytes each.

private nonisolated(unsafe) let slots = (unsafe memory(Int(Slot.maximum)), unsafe memory(Int(Slot.maximum)))
private nonisolated(unsafe) let workspaces = (Workspaces(), Workspaces())

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let what = input.byte()
  let pieces = Pieces(what & 16 == 0 ? 0 : input.byte())
  let header = PatchHeader(profile: .tiny, emphasis: what & 32 == 0 ? .references : .literals, base: 0, result: 0)
  var writer = unsafe ItemWriter(header, Bases[what & 15], input)
  let lie = writer.write()
  let patch = writer.finish()
  let applied = unsafe patch.withUnsafeBufferPointer { patch in
    unsafe Applied(header, Bases[what & 15], patch, pieces, to: slots.0, in: workspaces.0[header])
  }
  require(applied.error?.reason == lie, "what is true is applied, and what is not is refused by name")
  let isSame = unsafe applied.bytes.elementsEqual(slots.1[..<applied.bytes.count])
  require(lie != nil || isSame, "the result is what was written")
  return 0
}

private struct ItemWriter: ~Copyable {
  private var codec: PatchCodec<RangeEncoder, Base, Slot>
  private var input: Input
  private let base: Base
  private let capacity: Int
  private var settings = PatchSettings()
  private var covers: [Cover] = []

  @unsafe
  init(_ header: PatchHeader, _ base: Base, _ input: Input) {
    (self.input, self.base, capacity) = (input, base, header.tables.covers)
    unsafe codec = PatchCodec(
      header.tables, base: base, output: Slot(slots.1), coder: RangeEncoder(), workspace: workspaces.1[header])
  }

  /// Writes all items, or those up to the first invalid one, and returns the reason that must be found then.
  mutating func write() -> PatchError.Reason? {
    writeSettings()
    if settings.oldSize != base.count { return .wrongBase }
    if settings.newSize > Slot.maximum { return .resultTooLong }
    if let lie = writeMap() { return lie }
    codec.open(0..<settings.newSize)
    for cover in covers + [Cover(new: settings.newSize, old: 0, length: 0)] {
      while codec.position < cover.new { if let lie = writeGap(to: cover.new) { return lie } }
      if cover.length > 0 { copy(cover) }
    }
    codec.commit(0..<settings.newSize)
    return nil
  }

  mutating func finish() -> [UInt8] { codec.coder.finish() }

  /// Most are small; from 240 on it is one of any size, or below 0.
  private mutating func number() -> UInt32 {
    let byte = input.byte()
    return byte < 240 ? UInt32(byte) : UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: input.number())))
  }

  private mutating func writeSettings() {
    let (sizes, set) = (input.byte(), input.byte())
    settings.oldSize = sizes == 255 ? number() : base.count
    settings.newSize = sizes == 255 ? number() : UInt32(sizes) * 2
    settings.set = InstructionSet(rawValue: set & 7) ?? .none
    settings.memoryPage = set & 8 == 0 ? 0 : input.byte()
    for _ in 0..<(set >> 4) {
      var parts = (Placement(), Placement())
      for part in [\Placement.offset, \.length, \.address] {
        parts.0[keyPath: part] = number()
        parts.1[keyPath: part] = number()
      }
      settings.layout.append(Region(old: parts.0, new: parts.1))
    }
    codec.codeSettings(settings)
  }

  private mutating func writeMap() -> PatchError.Reason? {
    let count = Int(codec.codeMapCount(number()))
    if count > capacity { return .mapTooLong }
    var end: UInt32 = 0
    for _ in 0..<count {
      let cover = codec.codeMapCover(Cover(new: end &+ number(), old: number() &* 4, length: number()))
      guard isTrue(cover, from: end, to: settings.newSize, sources: settings.oldSize) else { return .badCover }
      codec.append(cover)
      covers.append(cover)
      end = cover.end
    }
    codec.endMap()
    return nil
  }

  /// Writes a run, and a cover in line where it does not reach the gap's end.
  private mutating func writeGap(to end: UInt32) -> PatchError.Reason? {
    let run = codec.codeRun(input.isEmpty ? end - codec.position : number())
    if run > end - codec.position { return .badRun }
    for _ in 0..<run { _ = codec.codeLiteral(input.byte()) }
    if codec.position == end { return nil }
    let source = number() &* 4 &+ (input.byte() & 1 == 0 ? 0 : settings.oldSize)
    let cover = codec.codeInline(Cover(new: codec.position, old: source, length: number()))
    let sources = cover.old < settings.oldSize ? settings.oldSize : settings.oldSize + settings.newSize
    guard isTrue(cover, from: codec.position, to: end, sources: sources) else { return .badCover }
    copy(cover)
    return nil
  }

  /// Copies as the source is, but for a byte here and there.
  private mutating func copy(_ cover: Cover) {
    codec.begin(cover)
    let change = input.byte()
    for index in 0..<cover.length {
      let byte = cover.old < base.count ? base.byte(at: cover.old + index) : UInt8(truncatingIfNeeded: index)
      _ = codec.codeCopied(change != 0 && index % 64 == UInt32(change & 63) ? byte ^ change : byte)
    }
  }

  private func isTrue(_ cover: Cover, from start: UInt32, to end: UInt32, sources: UInt32) -> Bool {
    let (newEnd, oldEnd) = (UInt64(cover.new) + UInt64(cover.length), UInt64(cover.old) + UInt64(cover.length))
    return cover.length > 0 && cover.new >= start && newEnd <= UInt64(end) && oldEnd <= UInt64(sources)
  }
}

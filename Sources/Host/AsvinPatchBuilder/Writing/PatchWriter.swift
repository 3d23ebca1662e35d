import AsvinPatchHost
import AsvinPatch

/// Writes the body of a patch from its plan.
struct PatchWriter: Sendable {
  let old: [UInt8]
  let new: [UInt8]

  /// The cost of a plan in bits.
  func bits(_ plan: Plan) -> Double {
    var nobody = Unobserved()
    return code(plan, CostCounter(), &nobody, { _ in 0 }) { $0.bits }
  }

  /// The cost of a plan in bits, in total and for each part.
  func tally(_ plan: Plan, literals: consuming LiteralPrices) -> (bits: Double, tally: Tally) {
    var tally = Tally(literals: literals)
    let bits = code(plan, CostCounter(), &tally, { $0.bits }) { $0.bits }
    return (bits, tally)
  }

  /// The body of the patch.
  func bytes(_ plan: Plan) -> [UInt8] {
    var nobody = Unobserved()
    return code(plan, RangeEncoder(), &nobody, { _ in 0 }) { $0.finish() }
  }

  private func code<Coder: BitCoder & ~Copyable, Observer: WritingObserver, Result>(
    _ plan: Plan, _ coder: consuming Coder, _ observer: inout Observer, _ bits: (borrowing Coder) -> Double,
    _ finish: (inout Coder) -> Result
  ) -> Result {
    if let inPlace = plan.inPlace {
      let flash = OverwrittenImage(old: old, new: new, inPlace: inPlace)
      return code(
        plan, base: OverwrittenBase(flash: flash), output: OverwrittenResult(flash: flash), coder, &observer, bits,
        finish)
    }
    return code(plan, base: KnownBytes(bytes: old), output: KnownResult(bytes: new), coder, &observer, bits, finish)
  }

  private func code<
    Coder: BitCoder & ~Copyable, Base: ByteStore, Output: PatchOutput, Observer: WritingObserver, Result
  >(
    _ plan: Plan, base: Base, output: Output, _ coder: consuming Coder, _ observer: inout Observer,
    _ bits: (borrowing Coder) -> Double, _ finish: (inout Coder) -> Result
  ) -> Result {
    let tables = plan.tables
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: tables.bytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    var codec = unsafe PatchCodec(tables, base: base, output: output, coder: coder, workspace: memory)
    let covers = plan.covers
    _ = codec.codeSettings(plan.settings)
    let map = plan.mapped
    _ = codec.codeMapCount(UInt32(map.count))
    for index in map { codec.append(codec.codeMapCover(covers[index])) }
    codec.endMap()
    var isMapped = [Bool](repeating: false, count: covers.count)
    for index in map { isMapped[index] = true }
    var counted = bits(codec.coder)
    var shifts = LastShifts()

    func literals(to end: UInt32) {
      while codec.position < end {
        let position = codec.position
        _ = codec.codeLiteral(new[Int(position)])
        let now = bits(codec.coder)
        observer.literal(at: position, bits: now - counted)
        counted = now
      }
    }
    func copies(of cover: Cover) {
      codec.begin(cover)
      for place in 0..<cover.length {
        let byte = new[Int(codec.position)]
        let isSame = cover.old >= plan.settings.oldSize || old[Int(cover.old + place)] == byte
        _ = codec.codeCopied(byte)
        let now = bits(codec.coder)
        observer.copied(isSame: isSame, bits: now - counted)
        counted = now
      }
    }
    let windows = Windows(plan.inPlace, size: plan.settings.newSize)
    var last: UInt32?
    for index in plan.order {
      if plan.inPlace != nil { _ = codec.codeWindow(index, after: last) }
      last = index
      let window = windows[index]
      codec.open(window)
      for index in covers.indices where covers[index].new < window.upperBound && covers[index].end > window.lowerBound {
        let cover = covers[index].clipped(to: window)
        var start = (bits: bits(codec.coder), run: Int(cover.new - codec.position))
        if start.run > 0 || !isMapped[index] { _ = codec.codeRun(UInt32(start.run)) }
        counted = bits(codec.coder)
        start.bits = counted - start.bits
        literals(to: cover.new)
        var source = cover
        if !isMapped[index] {
          source = codec.codeInline(cover)
          let isRepeat = cover.old >= plan.settings.oldSize
          let now = bits(codec.coder)
          observer.began(
            shifts.copy(of: cover, after: start.run, isRepeat: isRepeat, oldSize: plan.settings.oldSize),
            bits: now - counted + start.bits)
          shifts.use(cover.old &- cover.new, isRepeat: isRepeat)
          counted = now
        }
        copies(of: source)
      }
      let start = bits(codec.coder)
      if codec.position < window.upperBound { _ = codec.codeRun(window.upperBound - codec.position) }
      counted += bits(codec.coder) - start
      literals(to: window.upperBound)
      codec.commit(window)
    }
    return finish(&codec.coder)
  }
}

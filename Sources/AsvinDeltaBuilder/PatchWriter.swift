import AsvinDelta

/// Everything that is decided about a patch before it is written.
struct Plan: Sendable {
  /// In the new image's order, none over another.
  var covers: [Cover]
  var settings: PatchSettings
  var emphasis = Emphasis.references
  var inPlace: Windows.InPlace?
  /// What it costs, once that is known.
  var bits = 0.0

  /// The order in which the windows are written.
  var order: [UInt32] = [0]

  /// The windows in that order.
  var windows: [Range<UInt32>] {
    let windows = Windows(inPlace, size: settings.newSize)
    return order.map { windows[$0] }
  }
}

/// Writes the body of a patch as planned.
struct PatchWriter {
  let old: [UInt8]
  let new: [UInt8]
  let profile: Profile

  /// Codes a patch, and gives what the coder makes of it.
  func code<Coder: BitCoder & ~Copyable, Result>(
    _ plan: Plan, coder: () -> Coder, afterLiteral: (borrowing Coder, UInt32) -> Void = { _, _ in },
    _ finish: (inout Coder) -> Result
  ) -> Result {
    if let inPlace = plan.inPlace {
      let flash = OverwrittenImage(old: old, new: new, inPlace: inPlace)
      return code(
        plan, base: OverwrittenBase(flash: flash), output: OverwrittenResult(flash: flash), coder: coder(),
        afterLiteral, finish)
    }
    return code(
      plan, base: KnownBytes(bytes: old), output: KnownResult(bytes: new), coder: coder(), afterLiteral, finish)
  }

  private func code<Coder: BitCoder & ~Copyable, Base: ByteStore, Output: PatchOutput, Result>(
    _ plan: Plan, base: Base, output: Output, coder: consuming Coder,
    _ afterLiteral: (borrowing Coder, UInt32) -> Void, _ finish: (inout Coder) -> Result
  ) -> Result {
    let tables = Tables(profile, plan.emphasis)
    typealias Codec = PatchCodec<Coder, Base, Output>
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: tables.bytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    var codec = unsafe Codec(tables, base: base, output: output, coder: coder, workspace: memory)
    let covers = plan.covers
    codec.codeSettings(plan.settings)
    let longest = covers.indices.filter { covers[$0].old < plan.settings.oldSize }
      .sorted { covers[$0].length > covers[$1].length }
    let map = longest.prefix(tables.covers).sorted()
    _ = codec.codeMapCount(UInt32(map.count))
    for index in map { codec.append(codec.codeMapCover(covers[index])) }
    codec.endMap()
    var isMapped = [Bool](repeating: false, count: covers.count)
    for index in map { isMapped[index] = true }

    func literals(to end: UInt32) {
      while codec.position < end {
        _ = codec.codeLiteral(new[Int(codec.position)])
        afterLiteral(codec.coder, codec.position)
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
        if cover.new > codec.position || !isMapped[index] { _ = codec.codeRun(cover.new - codec.position) }
        literals(to: cover.new)
        let source = isMapped[index] ? cover : codec.codeInline(cover)
        codec.begin(source)
        for _ in 0..<cover.length { _ = codec.codeCopied(new[Int(codec.position)]) }
      }
      if codec.position < window.upperBound { _ = codec.codeRun(window.upperBound - codec.position) }
      literals(to: window.upperBound)
      codec.commit(window)
    }
    return finish(&codec.coder)
  }
}

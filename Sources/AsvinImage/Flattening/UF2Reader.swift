/// Reads a UF2 file block by block.
struct UF2Reader {
  private(set) var memory = FlatMemory()
  /// The family id that all blocks have; `nil` where none of them names one.
  private(set) var family: UInt32?
  private var total: UInt32 = 0
  /// Blocks read so far.
  private var count: UInt32 = 0
  private var hasStored = false

  /// Reads a whole file.
  ///
  /// - Throws: `malformedBlock`, `blockNumber`, `mixedFamilies`, `fileContainer`, `truncated`, `addressOverflow`,
  ///   `overLimit`, `unreadable`.
  init(_ source: some ImageSource) throws(ImageError) {
    var offset: UInt64 = 0
    while offset < source.count {
      guard let fields = try source.fields(at: offset, count: UF2Block.size) else {
        throw ImageError(.truncated, at: source.count)
      }
      let block = try UF2Block(fields, at: offset)
      if !block.isErratumBlock { try take(block, at: offset) }
      offset += UInt64(UF2Block.size)
    }
    guard count == total else { throw ImageError(.truncated, at: source.count) }
  }

  private mutating func take(_ block: UF2Block, at offset: UInt64) throws(ImageError) {
    if count == 0 { total = block.total }
    guard block.number == count, block.total == total, count < total else {
      throw ImageError(.blockNumber, at: offset)
    }
    count += 1
    if block.isNotForFlash { return }
    guard !block.isFileContainer else { throw ImageError(.fileContainer, at: offset) }
    if !hasStored { family = block.family }
    guard block.family == family else { throw ImageError(.mixedFamilies, at: offset) }
    hasStored = true
    guard block.address + UInt64(block.data.count) <= 0x1_0000_0000 else {
      throw ImageError(.addressOverflow, at: offset)
    }
    try memory.append(block.data, at: block.address, from: offset)
  }
}

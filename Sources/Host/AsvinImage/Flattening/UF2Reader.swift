import AsvinHost

/// Reads a UF2 file block by block. Blocks for several chips are numbered for each chip, as picotool and uf2conv write
/// them, or through the complete file.
struct UF2Reader {
  /// The sequence of the blocks of one family, or of all blocks.
  private struct Sequence {
    var count: UInt32 = 0
    var total: UInt32 = 0
    /// The offset of the first block that is out of sequence.
    var broken: UInt64?

    mutating func accept(_ block: UF2Block, at offset: UInt64) {
      if count == 0 { total = block.total }
      if broken == nil, block.number != count || block.total != total || count >= total { broken = offset }
      // The count does not wrap around in practice: that needs a file of 2 TiB.
      count &+= 1
    }
  }

  private struct Family {
    let identifier: UInt32?
    var sequence = Sequence()
    var memory = FlatMemory()
    var hasStored = false
  }

  private var families: [Family] = []
  private var all = Sequence()

  /// The data of a complete file, for each chip that it names.
  ///
  /// - Throws: `malformedBlock`, `blockNumber`, `fileContainer`, `truncated`, `addressOverflow`, `overLimit`,
  ///   `unreadable`.
  static func parts(of source: some ByteSource) throws(ImageError) -> [Container.Part] {
    var reader = UF2Reader()
    var offset: UInt64 = 0
    while offset < source.size {
      guard let fields = try source.fields(at: offset, count: UF2Block.size) else {
        throw ImageError(.truncated, at: source.size)
      }
      let block = try UF2Block(fields, at: offset)
      if !block.isErratumBlock { try reader.accept(block, at: offset) }
      offset += UInt64(UF2Block.size)
    }
    try reader.checkSequence(end: source.size)
    return reader.families.filter(\.hasStored).map { family in
      Container.Part(
        family: family.identifier.map { ImageFamily(kind: .uf2, identifier: $0) }, memory: family.memory)
    }
  }

  private mutating func accept(_ block: UF2Block, at offset: UInt64) throws(ImageError) {
    all.accept(block, at: offset)
    let index: Int
    if let known = families.firstIndex(where: { $0.identifier == block.family }) {
      index = known
    } else {
      guard UInt64(families.count) < ImageLimit.families.value else {
        throw ImageError(.overLimit(.families), at: offset)
      }
      index = families.count
      families.append(Family(identifier: block.family))
    }
    families[index].sequence.accept(block, at: offset)
    if block.isNotForFlash { return }
    guard !block.isFileContainer else { throw ImageError(.fileContainer, at: offset) }
    guard block.address + UInt64(block.data.count) <= 0x1_0000_0000 else {
      throw ImageError(.addressOverflow, at: offset)
    }
    families[index].hasStored = true
    try families[index].memory.append(block.data, at: block.address, from: offset)
  }

  private func checkSequence(end: UInt64) throws(ImageError) {
    let isSequence = { (sequence: Sequence) in sequence.broken == nil && sequence.count == sequence.total }
    if isSequence(all) || families.allSatisfy({ isSequence($0.sequence) }) { return }
    // The first break in the sequence: of the complete file if it is for one chip, otherwise of the first family with a
    // break.
    let sequences = families.count == 1 ? [all] : families.map(\.sequence).filter { !isSequence($0) }
    if let broken = sequences.compactMap(\.broken).min() { throw ImageError(.blockNumber, at: broken) }
    throw ImageError(.truncated, at: end)
  }
}

/// A program header of an ELF file (System V ABI, chapter 5).
struct ELFSegment {
  static let load: UInt32 = 1
  static let interpreter: UInt32 = 3

  let type: UInt32
  /// Offset and bytes in the file.
  let offset: UInt64
  let size: UInt64
  /// Where the bytes are stored, `p_paddr`: for initialised variables that is flash, not the RAM they are copied to.
  let address: UInt64

  /// The program header of an index; `nil` where the file ends before it or the table's entries are too small.
  init?(_ index: UInt16, of header: ELFHeader, in source: some ImageSource) throws(ImageError) {
    let count = header.isWide ? 56 : 32
    guard header.segments.entrySize >= count, let position = header.segments.entry(index),
      let fields = try source.fields(at: position, count: count)
    else { return nil }
    type = fields.word(0)
    if header.isWide {
      offset = fields.long(8)
      address = fields.long(24)
      size = fields.long(32)
    } else {
      offset = UInt64(fields.word(4))
      address = UInt64(fields.word(12))
      size = UInt64(fields.word(16))
    }
  }
}

extension ELFHeader {
  /// The content of a file's loadable segments at their physical addresses.
  ///
  /// - Throws: `malformedHeader`, `truncated`, `addressOverflow`, `overLimit`, `unreadable`.
  static func memory(of source: some ImageSource) throws(ImageError) -> FlatMemory {
    guard let header = try ELFHeader(source) else { throw ImageError(.malformedHeader, at: 0) }
    guard UInt64(header.segments.count) <= ImageLimit.programHeaders.value else {
      throw ImageError(.overLimit(.programHeaders), at: 0)
    }
    var memory = FlatMemory()
    let sections = try header.sectionOffsets(in: source)
    for index in 0..<header.segments.count {
      guard let segment = try ELFSegment(index, of: header, in: source) else {
        throw ImageError(.malformedHeader, at: header.segments.offset)
      }
      if header.isFlash(segment) { try segment.store(in: &memory, sections: sections, from: source) }
    }
    return memory
  }

  /// Whether a segment holds bytes for flash. AVR's tools put data memory, EEPROM, fuses and signature at made-up
  /// addresses from 8 MiB on, where no AVR has flash (avr-libc, "Memory Sections").
  private func isFlash(_ segment: ELFSegment) -> Bool {
    segment.type == ELFSegment.load && segment.size > 0 && (machine != Self.avr || segment.address < 0x80_0000)
  }

  /// Offsets of the sections that are loaded, ascending.
  private func sectionOffsets(in source: some ImageSource) throws(ImageError) -> [UInt64] {
    let count = isWide ? 64 : 40
    guard sections.entrySize >= count else { return [] }
    var offsets: [UInt64] = []
    for index in 0..<sections.count {
      guard let position = sections.entry(index), let fields = try source.fields(at: position, count: count) else {
        break
      }
      let isStored = fields.word(4) != 8
      let isLoaded = (isWide ? fields.long(8) : UInt64(fields.word(8))) & 2 != 0
      if isStored, isLoaded { offsets.append(isWide ? fields.long(24) : UInt64(fields.word(16))) }
    }
    return offsets.sorted()
  }
}

extension ELFSegment {
  /// Adds the segment's bytes from its first section on: a linker may let a segment start early, or make one of its
  /// own, for the ELF's headers, which have no place in flash. A file without sections has nothing to tell them by.
  fileprivate func store(
    in memory: inout FlatMemory, sections: [UInt64], from source: some ImageSource
  ) throws(ImageError) {
    guard offset <= source.count, size <= source.count - offset else {
      throw ImageError(.truncated, at: source.count)
    }
    let end = offset + size
    guard let start = sections.isEmpty ? offset : sections.first(where: { $0 >= offset && $0 < end }) else { return }
    var pieces = PieceReader(start..<end, of: source)
    var position = start
    while let piece = try pieces.next() {
      let (target, overflow) = address.addingReportingOverflow(position - offset)
      guard !overflow else { throw ImageError(.addressOverflow, at: position) }
      try memory.append(piece, at: target, from: position)
      position = pieces.position
    }
  }
}

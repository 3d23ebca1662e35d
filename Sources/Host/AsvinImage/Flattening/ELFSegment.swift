import AsvinHost

/// A program header of an ELF file (System V ABI, chapter 5).
struct ELFSegment {
  static let load: UInt32 = 1
  static let dynamic: UInt32 = 2
  static let interpreter: UInt32 = 3
  static let note: UInt32 = 4
  static let readOnlyRelocations: UInt32 = 0x6474_E552

  let index: UInt16
  let type: UInt32
  /// The offset of the segment's bytes in the file; ``size`` is their number.
  let offset: UInt64
  let size: UInt64
  /// The address of the bytes when the program runs, `p_vaddr`.
  let virtualAddress: UInt64
  /// The address at which the bytes are stored, `p_paddr`. For initialised variables it is in flash, not in the RAM to
  /// which they are copied.
  let physicalAddress: UInt64

  /// The program header with an index; `nil` if the file ends before it or the table's entries are too small.
  init?(_ index: UInt16, of header: ELFHeader, in source: some ByteSource) throws(ImageError) {
    let count = header.isWide ? 56 : 32
    guard header.segments.entrySize >= count, let position = header.segments.entry(index),
      let fields = try source.fields(at: position, count: count, isBigEndian: header.isBigEndian)
    else { return nil }
    self.index = index
    type = fields.word(0)
    if header.isWide {
      offset = fields.long(8)
      virtualAddress = fields.long(16)
      physicalAddress = fields.long(24)
      size = fields.long(32)
    } else {
      offset = UInt64(fields.word(4))
      virtualAddress = UInt64(fields.word(8))
      physicalAddress = UInt64(fields.word(12))
      size = UInt64(fields.word(16))
    }
  }
}

extension ELFHeader {
  /// The content of a file's loadable segments at their physical addresses.
  ///
  /// - Throws: `malformedHeader`, `truncated`, `addressOverflow`, `overLimit`, `unreadable`.
  static func memory(of source: some ByteSource) throws(ImageError) -> FlatMemory {
    guard let header = try ELFHeader(source) else {
      throw ImageError(source.size < 64 ? .truncated : .malformedHeader, at: 0)
    }
    guard header.type == 2 else { throw ImageError(.malformedHeader, at: 16) }
    guard UInt64(header.segments.count) <= ImageLimit.programHeaders.value else {
      throw ImageError(.overLimit(.programHeaders), at: 0)
    }
    var segments: [ELFSegment] = []
    for index in 0..<header.segments.count {
      guard let segment = try ELFSegment(index, of: header, in: source) else {
        throw ImageError(.malformedHeader, at: header.segments.offset)
      }
      if segment.type == ELFSegment.load, segment.size > 0 { segments.append(segment) }
    }
    // Some linkers leave the field empty. If no segment has a physical address, GNU's tools use the virtual addresses.
    let isPhysical = segments.count < 2 || segments.contains { $0.physicalAddress != 0 }
    let sections = try ELFSection.loaded(of: header, in: source)
    var memory = FlatMemory()
    for segment in segments {
      let address = isPhysical ? segment.physicalAddress : segment.virtualAddress
      if header.isFlash(address) { try segment.store(at: address, in: &memory, sections: sections, from: source) }
    }
    return memory
  }

  /// Whether an address is in flash. AVR's tools put data memory, EEPROM, fuses and signature at made-up addresses from
  /// 8 MiB on, where no AVR has flash (avr-libc, "Memory Sections").
  private func isFlash(_ address: UInt64) -> Bool { machine != Self.avr || address < 0x80_0000 }
}

/// A section of an ELF file that is loaded.
struct ELFSection {
  let offset: UInt64
  let name: String?

  /// The sections that are loaded from the file, by ascending offset. Of a damaged table, only the sections before the
  /// damage are returned.
  static func loaded(of header: ELFHeader, in source: some ByteSource) throws(ImageError) -> [ELFSection] {
    let count = header.isWide ? 64 : 40
    guard header.sections.entrySize >= count else { return [] }
    let names = try section(header.nameSection, of: header, in: source).map { offset(of: $0, header) }
    var sections: [ELFSection] = []
    for index in 0..<header.sections.count {
      guard let fields = try section(index, of: header, in: source) else { break }
      let isStored = fields.word(4) != 8
      let isLoaded = (header.isWide ? fields.long(8) : UInt64(fields.word(8))) & 2 != 0
      guard isStored, isLoaded else { continue }
      var name: String?
      if let names, names <= source.size {
        let bytes = try source.prefix(32, at: names + UInt64(fields.word(0)))
        // A name is shown only if it ends within 32 bytes and contains only printable characters.
        name = Fields(bytes + [0]).text(0..<bytes.count + 1)
      }
      sections.append(ELFSection(offset: offset(of: fields, header), name: name))
    }
    return sections.sorted { $0.offset < $1.offset }
  }

  private static func offset(of fields: Fields, _ header: ELFHeader) -> UInt64 {
    header.isWide ? fields.long(24) : UInt64(fields.word(16))
  }

  private static func section(
    _ index: UInt16, of header: ELFHeader, in source: some ByteSource
  ) throws(ImageError) -> Fields? {
    guard let position = header.sections.entry(index) else { return nil }
    return try source.fields(at: position, count: header.isWide ? 64 : 40, isBigEndian: header.isBigEndian)
  }
}

extension ELFSegment {
  /// Adds the segment's bytes from its first section on, because the bytes before it can be the ELF's own headers,
  /// which are not stored in flash. A linker may start a segment early for them, or make a separate segment. Without
  /// sections, all bytes of the segment are added.
  fileprivate func store(
    at address: UInt64, in memory: inout FlatMemory, sections: [ELFSection], from source: some ByteSource
  ) throws(ImageError) {
    guard offset <= source.size, size <= source.size - offset else {
      throw ImageError(.truncated, at: source.size)
    }
    let end = offset + size
    let inside = sections.filter { $0.offset >= offset && $0.offset < end }
    guard let start = sections.isEmpty ? offset : inside.first?.offset else { return }
    let names = inside.compactMap(\.name)
    var label = "segment \(index)"
    if !names.isEmpty { label += " (\(names.prefix(3).joined(separator: " "))\(names.count > 3 ? " and others" : ""))" }
    var pieces = PieceReader(start..<end, of: source)
    var position = start
    while let piece = try pieces.next() {
      let (target, overflow) = address.addingReportingOverflow(position - offset)
      guard !overflow else { throw ImageError(.addressOverflow, at: position) }
      try memory.append(piece, at: target, from: position, label: label)
      position = pieces.position
    }
  }
}

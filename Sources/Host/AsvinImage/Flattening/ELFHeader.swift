import AsvinHost

/// The header of an ELF file (System V ABI, chapter 4), of 32 or 64 bits and either byte order.
struct ELFHeader {
  /// A table of headers in the file: its offset, and the size and number of its entries.
  struct Table {
    let offset: UInt64
    let entrySize: UInt16
    let count: UInt16

    /// The offset of an entry; `nil` if it overflows.
    func entry(_ index: UInt16) -> UInt64? {
      let (sum, overflow) = offset.addingReportingOverflow(UInt64(index) * UInt64(entrySize))
      return overflow ? nil : sum
    }
  }

  static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]
  static let avr: UInt16 = 83

  let isWide: Bool
  let isBigEndian: Bool
  let system: UInt8
  let type: UInt16
  let machine: UInt16
  let segments: Table
  let sections: Table
  /// The section that holds the names of sections.
  let nameSection: UInt16

  /// The header of a file; `nil` if there is none or its values are unusable.
  init?(_ source: some ByteSource) throws(ImageError) {
    guard let start = try source.fields(at: 0, count: 16), start.bytes.starts(with: Self.magic),
      [1, 2].contains(start.byte(4)), [1, 2].contains(start.byte(5))
    else { return nil }
    isWide = start.byte(4) == 2
    isBigEndian = start.byte(5) == 2
    guard let fields = try source.fields(at: 0, count: isWide ? 64 : 52, isBigEndian: isBigEndian) else { return nil }
    system = fields.byte(7)
    type = fields.half(16)
    machine = fields.half(18)
    segments =
      isWide
      ? Table(offset: fields.long(32), entrySize: fields.half(54), count: fields.half(56))
      : Table(offset: UInt64(fields.word(28)), entrySize: fields.half(42), count: fields.half(44))
    sections =
      isWide
      ? Table(offset: fields.long(40), entrySize: fields.half(58), count: fields.half(60))
      : Table(offset: UInt64(fields.word(32)), entrySize: fields.half(46), count: fields.half(48))
    nameSection = fields.half(isWide ? 62 : 50)
  }

  /// The format of an ELF file; `nil` for any other file.
  ///
  /// A file that ends inside its header has the format ``ImageFormat/elf``, so that flattening refuses it.
  static func format(of source: some ByteSource) throws(ImageError) -> ImageFormat? {
    guard try source.prefix(4) == magic else { return nil }
    guard let header = try ELFHeader(source) else { return .elf }
    switch header.type {
    case 1: return .elfObject
    case 3: return try header.isProgram(source, or: [ELFSegment.interpreter]) ? .linuxProgram : .elfLibrary
    case 4: return .elfCore
    default: return try header.isProgram(source) ? .linuxProgram : .elf
    }
  }

  /// Whether the file is a program for an operating system. Such a program has an interpreter, dynamic linking,
  /// read-only relocations, or the ABI of Linux.
  private func isProgram(_ source: some ByteSource, or segments: Set<UInt32>? = nil) throws(ImageError) -> Bool {
    if segments == nil, system == 3 { return true }
    let wanted = segments ?? [ELFSegment.dynamic, ELFSegment.interpreter, ELFSegment.readOnlyRelocations]
    for index in 0..<min(self.segments.count, UInt16(ImageLimit.programHeaders.value)) {
      guard let segment = try ELFSegment(index, of: self, in: source) else { return false }
      if wanted.contains(segment.type) { return true }
      // A static program of glibc has a note with the kernel's version (LSB, "Note Section").
      if segments == nil, segment.type == ELFSegment.note, segment.size >= 16,
        let note = try source.fields(at: segment.offset, count: 16, isBigEndian: isBigEndian),
        note.word(8) == 1, note.bytes[12..<16].elementsEqual("GNU\0".utf8)
      {
        return true
      }
    }
    return false
  }
}

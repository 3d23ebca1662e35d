/// The header of a little-endian ELF file (System V ABI, chapter 4), of 32 or 64 bits.
struct ELFHeader {
  /// Where a table of headers is: so many entries of so many bytes.
  struct Table {
    let offset: UInt64
    let entrySize: UInt16
    let count: UInt16

    /// The offset of an entry; `nil` beyond the largest offset there is.
    func entry(_ index: UInt16) -> UInt64? {
      let (sum, overflow) = offset.addingReportingOverflow(UInt64(index) * UInt64(entrySize))
      return overflow ? nil : sum
    }
  }

  let isWide: Bool
  let system: UInt8
  let type: UInt16
  let machine: UInt16
  let segments: Table
  let sections: Table

  /// The header of a file; `nil` where it is none, or of a big-endian machine.
  init?(_ source: some ImageSource) throws(ImageError) {
    guard let start = try source.fields(at: 0, count: 16), start.bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]),
      [1, 2].contains(start.byte(4)), start.byte(5) == 1
    else { return nil }
    isWide = start.byte(4) == 2
    guard let fields = try source.fields(at: 0, count: isWide ? 64 : 52) else { return nil }
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
  }

  /// Machines of which there are microcontrollers: ARM, Xtensa, RISC-V, AVR, TriCore, V850, ARC, MSP430, RX, RL78.
  private static let machines: Set<UInt16> = [40, 94, 243, 83, 44, 87, 93, 195, 105, 173, 197]
  static let avr: UInt16 = 83

  /// Whether it is an executable for a microcontroller: fixed addresses (ET_EXEC), no interpreter, no Linux.
  func isFirmware(_ source: some ImageSource) throws(ImageError) -> Bool {
    guard type == 2, Self.machines.contains(machine), system != 3 else { return false }
    for index in 0..<min(segments.count, UInt16(ImageLimit.programHeaders.value)) {
      guard let segment = try ELFSegment(index, of: self, in: source) else { return true }
      if segment.type == ELFSegment.interpreter { return false }
    }
    return true
  }
}

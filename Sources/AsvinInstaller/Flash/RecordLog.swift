import AsvinDelta

/// Records of 88 bytes in a region of flash, of which the last whole one counts.
///
/// The region has two halves. Records are written one behind the other; when a half is full, the other one is erased and
/// gone on with. So a whole record is always there, wherever the power is cut, and a block is erased once in as many
/// records as it holds.
///
/// | bytes | |
/// |---|---|
/// | 88 | what is recorded |
/// | 4 | the record's number, counted from 1 |
/// | 4 | CRC-32 of both, little-endian |
public struct RecordLog<Region: FlashRegion> {
  /// Bytes that a record holds.
  public static var contentBytes: Int { 88 }
  private static var recordBytes: UInt64 { 96 }
  /// What a record takes in flash: it is not to cross a page.
  private static var placeBytes: UInt64 { 128 }

  private let region: Region
  /// The number of the last whole record, and where it stands; 0 where there is none.
  private var sequence: UInt32 = 0
  private var place: UInt64 = 0

  private var halfBytes: UInt64 { region.capacity >> 1 & ~UInt64(region.blockBytes &- 1) }
  private var placesPerHalf: UInt64 { halfBytes >> 7 }

  /// The log in a region of two erase blocks or more; it is read through.
  public init(_ region: Region) {
    self.region = region
    for index in 0..<(2 &* placesPerHalf) {
      let offset = offset(index)
      if let found = number(at: offset), found > sequence { (sequence, place) = (found, index) }
    }
  }

  /// Whether an operation of its flash has failed.
  var hasFailed: Bool { region.hasFailed }

  /// What the last whole record holds; `nil` where there is none.
  public func last() -> Record? { sequence == 0 ? nil : record(at: offset(place)) }

  /// The newest whole record that passes a test, if any.
  func newest(where isWanted: (Record) -> Bool) -> Record? {
    var best: (number: UInt32, record: Record)?
    for index in 0..<(2 &* placesPerHalf) {
      guard let number = number(at: offset(index)), number > best?.number ?? 0 else { continue }
      let record = record(at: offset(index))
      if isWanted(record) { best = (number, record) }
    }
    return best?.record
  }

  /// Writes a record behind the last. Whether it stands, ``FlashRegion/hasFailed`` says.
  public mutating func append(_ record: Record) {
    var next = sequence == 0 ? 0 : place &+ 1
    // What a power cut left half written is passed over.
    while next != placesPerHalf, next != 2 &* placesPerHalf, sequence != 0, !isErased(offset(next)) { next &+= 1 }
    if sequence == 0 || next == placesPerHalf || next == 2 &* placesPerHalf {
      next = next == placesPerHalf ? placesPerHalf : 0
      eraseHalf(next == 0 ? 0 : halfBytes)
    }
    var bytes = InlineArray<128, UInt8>(repeating: 0xFF)
    var crc = CRC32()
    func put(_ byte: UInt8, at index: Int) {
      bytes[index] = byte
      crc.add(byte)
    }
    for index in 0..<Self.contentBytes { put(record.bytes[index], at: index) }
    let number = sequence &+ 1
    for index in 0..<4 {
      put(UInt8(truncatingIfNeeded: number &>> UInt32(truncatingIfNeeded: 8 &* index)), at: 88 &+ index)
    }
    let sum = crc.value
    for index in 0..<4 {
      bytes[92 &+ index] = UInt8(truncatingIfNeeded: sum &>> UInt32(truncatingIfNeeded: 8 &* index))
    }
    guard !region.hasFailed else { return }
    region.write(offset(next), bytes.span)
    guard !region.hasFailed else { return }
    (sequence, place) = (number, next)
  }

  private func offset(_ index: UInt64) -> UInt64 {
    index < placesPerHalf
      ? index &* Self.placeBytes : halfBytes &+ (index &- placesPerHalf) &* Self.placeBytes
  }

  private func eraseHalf(_ start: UInt64) {
    var offset = start
    while offset < start &+ halfBytes, !region.hasFailed {
      region.erase(offset)
      offset &+= UInt64(region.blockBytes)
    }
  }

  private func isErased(_ offset: UInt64) -> Bool {
    for index in 0..<Self.placeBytes where region.byte(offset &+ index) != 0xFF { return false }
    return true
  }

  private func record(at offset: UInt64) -> Record { Record { region.byte(offset &+ UInt64($0)) } }

  /// The number of the record at an offset, if it is whole.
  private func number(at offset: UInt64) -> UInt32? {
    var crc = CRC32()
    var number: UInt32 = 0
    var sum: UInt32 = 0
    for index in 0..<Self.recordBytes {
      let byte = region.byte(offset &+ index)
      if index < 92 { crc.add(byte) }
      let shift = UInt32(truncatingIfNeeded: index & 3) &* 8
      if index >= 92 { sum |= UInt32(byte) &<< shift } else if index >= 88 { number |= UInt32(byte) &<< shift }
    }
    return sum == crc.value && number != 0 ? number : nil
  }
}

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
/// | 4 | CRC-32 of both |
/// | 32 | 0xFF: a record is not to cross a page |
struct RecordLog<Region: FlashRegion> {
  private static var placeBits: UInt32 { 7 }

  private let region: Region
  /// The number of the last whole record, and its place; 0 where there is none.
  private var sequence: UInt32 = 0
  private var place: UInt32 = 0

  /// Places in both halves, each of whole erase blocks.
  private var places: UInt32 {
    let bytes = UInt32(truncatingIfNeeded: min(region.capacity, 1 << 31))
    return (bytes & ~(2 &* region.blockBytes &- 1)) >> Self.placeBits
  }

  /// The log in a region of two erase blocks or more; it is read through.
  init(_ region: Region) {
    self.region = region
    var record = Record()
    var index = places
    while index > 0 {
      index &-= 1
      let number = read(index, into: &record)
      if number > sequence { (sequence, place) = (number, index) }
    }
  }

  /// Whether an operation of its flash has failed.
  var hasFailed: Bool { region.hasFailed }

  /// Gives the last whole record.
  ///
  /// - Returns: whether there is one.
  func last(into record: inout Record) -> Bool { sequence > 0 && read(place, into: &record) == sequence }

  /// Gives the newest whole record that passes a test.
  ///
  /// - Returns: whether there is one.
  func newest(into record: inout Record, where isWanted: (Record) -> Bool) -> Bool {
    var best: UInt32 = 0
    for index in 0..<places {
      var candidate = Record()
      let number = read(index, into: &candidate)
      guard number > best, isWanted(candidate) else { continue }
      (record, best) = (candidate, number)
    }
    return best > 0
  }

  /// Writes a record behind the last. Whether it stands, ``FlashRegion/hasFailed`` says.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func append(_ record: inout Record) {
    var next = sequence == 0 ? 0 : place &+ 1
    while true {
      if next == places { next = 0 }
      if next == 0 || next == places >> 1 {
        eraseHalf(next)
        break
      }
      // What a power cut left half written is passed over.
      if isErased(next) { break }
      next &+= 1
    }
    record.words[22] = sequence &+ 1
    record.words[23] = Self.checksum(of: &record)
    if !region.hasFailed {
      let offset = offset(next)
      unsafe withUnsafeMutableBytes(of: &record) { bytes in
        unsafe region.write(offset, Span(_unsafeBytes: UnsafeRawBufferPointer(bytes)))
      }
    }
    if !region.hasFailed { (sequence, place) = (sequence &+ 1, next) }
  }

  private func offset(_ place: UInt32) -> UInt64 { UInt64(place) << 7 }

  private func eraseHalf(_ start: UInt32) {
    var next = start
    while next < start &+ places >> 1, !region.hasFailed {
      region.erase(offset(next))
      next &+= region.blockBytes >> Self.placeBits
    }
  }

  private func isErased(_ place: UInt32) -> Bool {
    for index in 0..<128 as Range<UInt32> where region.byte(offset(place) | UInt64(index)) != 0xFF { return false }
    return true
  }

  /// Reads a place; the number of its record, or 0 where it holds no whole one.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func read(_ place: UInt32, into record: inout Record) -> UInt32 {
    let offset = offset(place)
    unsafe withUnsafeMutableBytes(of: &record) { bytes in
      for index in 0..<96 { unsafe bytes[index] = region.byte(offset | UInt64(UInt32(index))) }
    }
    return record.words[23] == Self.checksum(of: &record) ? record.words[22] : 0
  }

  /// CRC-32 of a record and its number. Of a variable: else it would be copied.
  private static func checksum(of record: inout Record) -> UInt32 {
    var crc = CRC32()
    unsafe withUnsafeMutableBytes(of: &record) { bytes in
      for index in 0..<92 { unsafe crc.add(bytes[index]) }
    }
    return crc.value
  }
}

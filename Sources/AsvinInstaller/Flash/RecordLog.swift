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
  private typealias Place = InlineArray<32, UInt32>
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
    for index in 0..<places {
      var content = Place(repeating: 0)
      let number = read(index, into: &content)
      if number > sequence { (sequence, place) = (number, index) }
    }
  }

  /// Whether an operation of its flash has failed.
  var hasFailed: Bool { region.hasFailed }

  /// Gives what the last whole record holds, if there is one.
  func last(into record: inout Record) {
    var content = Place(repeating: 0)
    if sequence > 0, read(place, into: &content) == sequence { Self.copy(content, into: &record) }
  }

  /// Gives the newest whole record that passes a test, if any.
  func newest(into record: inout Record, where isWanted: (Record) -> Bool) {
    var best: UInt32 = 0
    for index in 0..<places {
      var content = Place(repeating: 0)
      let number = read(index, into: &content)
      var candidate = Record()
      Self.copy(content, into: &candidate)
      guard number > best, isWanted(candidate) else { continue }
      (record, best) = (candidate, number)
    }
  }

  /// Writes a record behind the last. Whether it stands, ``FlashRegion/hasFailed`` says.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func append(_ record: Record) {
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
    var content = Place(repeating: .max)
    for word in 0..<22 { content[word] = record.words[word] }
    content[22] = sequence &+ 1
    content[23] = Self.checksum(of: content)
    if !region.hasFailed {
      unsafe withUnsafeBytes(of: content) { bytes in
        unsafe region.write(offset(next), Span(_unsafeBytes: bytes))
      }
    }
    if !region.hasFailed { (sequence, place) = (sequence &+ 1, next) }
  }

  private static func copy(_ content: Place, into record: inout Record) {
    for word in 0..<22 { record.words[word] = content[word] }
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
    for index in 0..<128 as Range<UInt64> where region.byte(offset(place) &+ index) != 0xFF { return false }
    return true
  }

  /// Reads a place; the number of its record, or 0 where it holds no whole one.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func read(_ place: UInt32, into content: inout Place) -> UInt32 {
    unsafe withUnsafeMutableBytes(of: &content) { bytes in
      for index in 0..<96 { unsafe bytes[index] = region.byte(offset(place) &+ UInt64(index)) }
    }
    return content[23] == Self.checksum(of: content) ? content[22] : 0
  }

  /// CRC-32 of a record and its number.
  private static func checksum(of content: Place) -> UInt32 {
    var crc = CRC32()
    unsafe withUnsafeBytes(of: content) { bytes in
      for index in 0..<92 { unsafe crc.add(bytes[index]) }
    }
    return crc.value
  }
}

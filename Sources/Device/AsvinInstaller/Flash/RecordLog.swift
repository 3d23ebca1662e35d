import AsvinManifest

/// Records of at most 120 bytes in a region of flash, of which the last intact one counts.
///
/// The region has two halves. Records are written one after the other. When a half is full, the other one is erased and
/// used next. Therefore a loss of power at any moment leaves an intact record, and a half is erased once for all the
/// records that it holds.
///
/// A place that cannot be read counts as neither a record nor erased. An interrupted write or erase leaves such places
/// on flash with an error-correcting code.
///
/// | bytes | |
/// |---|---|
/// | 120 | what is recorded |
/// | 4 | the record's number, counted from 1 |
/// | 4 | CRC-32 of both, changed by the kind of the record |
struct RecordLog<Region: FlashRegion> {
  /// The binary logarithm of a place's bytes: of a record, or 512 where the unit that is written at once is larger.
  private var placeBits: UInt32 { region.writeBytes > Record.bytes ? 9 : 7 }

  private let region: Region
  private let kind: RecordKind
  /// The number of places in a half. A half consists of complete erase blocks.
  private var half: UInt32 = 0
  /// The number of the last intact record, and its place. Without a record, 0 and the place before the first one.
  private var sequence: UInt32 = 0
  private var place: UInt32 = .max
  /// Whether no place could be read, or an erase left a first place that does not read as erased.
  private var isUnusable = true

  /// The log in a region of two erase blocks or more.
  init(_ region: Region, _ kind: RecordKind) {
    (self.region, self.kind) = (region, kind)
    find()
  }

  /// Finds the last intact record. Each half is read up to its first erased place, because records are written in
  /// order.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func find() {
    let bytes = UInt32(truncatingIfNeeded: min(region.capacity, 1 << 31))
    half = (bytes >> 1 & ~(region.blockBytes &- 1)) >> placeBits
    var record = Record()
    var index: UInt32 = 0
    while index < 2 &* half {
      if read(index, into: &record) {
        isUnusable = false
        if record.isErased {
          index = index < half ? half : 2 &* half
          continue
        }
        if record.isIntact(kind), record.number > sequence { (sequence, place) = (record.number, index) }
      }
      index &+= 1
    }
  }

  /// Whether a write or an erase of its flash has failed, or no place could be read.
  var hasFailed: Bool { isUnusable || region.hasFailed }

  /// Reads the last intact record. This and the following functions are mutating so that the log is not copied.
  ///
  /// - Returns: whether there is one.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func last(into record: inout Record) -> Bool {
    sequence > 0 && number(place, into: &record) == sequence
  }

  /// Whether the last record in flash is the one that this log read or wrote last. It is not if another log wrote to
  /// the same region in the meantime.
  var isCurrent: Bool {
    mutating get {
      var record = Record()
      return last(into: &record) && number(following(place), into: &record) <= sequence
    }
  }

  /// Reads the newest intact record that passes a test.
  ///
  /// - Returns: whether there is one.
  mutating func newest(into record: inout Record, where isWanted: (inout Record) -> Bool) -> Bool {
    var best: UInt32 = 0
    for index in 0..<2 &* half {
      var candidate = Record()
      let number = number(index, into: &candidate)
      guard number > best, isWanted(&candidate) else { continue }
      (record, best) = (candidate, number)
    }
    return best > 0
  }

  /// Writes a record after the last one. It is stored if ``hasFailed`` is false afterwards.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func append(_ record: inout Record) {
    var next = place
    var found = Record()
    while !hasFailed {
      next = following(next)
      let isStart = next == 0 || next == half
      if isStart { eraseHalf(next) }
      // A place that is half written after a loss of power is skipped.
      if isErased(next, &found) { return write(&record, to: next) }
      // Flash that is not erased after an erase cannot be used.
      isUnusable = isStart
    }
  }

  private mutating func write(_ record: inout Record, to next: UInt32) {
    guard !region.hasFailed else { return }
    record.seal(sequence &+ 1, kind)
    unsafe withUnsafeMutableBytes(of: &record.words) { bytes in
      unsafe region.write(offset(next), Span(_unsafeBytes: UnsafeRawBufferPointer(bytes)))
    }
    if !region.hasFailed { (sequence, place) = (sequence &+ 1, next) }
  }

  /// The place after another one. The first follows the last.
  private func following(_ place: UInt32) -> UInt32 { place &+ 1 == 2 &* half ? 0 : place &+ 1 }

  private func offset(_ place: UInt32) -> UInt64 { UInt64(place &<< placeBits) }

  private func eraseHalf(_ start: UInt32) {
    var next = start
    while next < start &+ half, !region.hasFailed {
      region.erase(offset(next))
      next &+= region.blockBytes >> placeBits
    }
  }

  /// Whether all of a place is erased. Of a unit that was written in part, only its end may not be.
  private mutating func isErased(_ place: UInt32, _ record: inout Record) -> Bool {
    for piece in 0..<(1 as UInt32) &<< (placeBits &- 7) {
      guard read(place, piece, into: &record), record.isErased else { return false }
    }
    return true
  }

  /// Reads a place, or another piece of it. Returns whether it can be read.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func read(_ place: UInt32, _ piece: UInt32 = 0, into record: inout Record) -> Bool {
    let offset = offset(place) &+ UInt64(piece &* Record.bytes)
    return unsafe withUnsafeMutableBytes(of: &record.words) { unsafe region.read(offset, into: $0) }
  }

  /// Reads a place. Returns the number of its record, or 0 where it does not hold an intact one.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func number(_ place: UInt32, into record: inout Record) -> UInt32 {
    read(place, into: &record) && record.isIntact(kind) ? record.number : 0
  }
}

/// The kind of a log. A record of one kind is not valid in a log of another kind, so that a log in the wrong region
/// finds nothing.
enum RecordKind: UInt32 {
  /// A ``Progress``.
  case progress = 0x4A6F_7572
  /// The record of ``BootState``.
  case state = 0x5374_6174
}

/// A record as it is stored in flash: 15 words as they are in memory, which is little-endian on all these devices, the
/// record's number, counted from 1, and a checksum.
struct Record {
  /// Bytes of a record in flash.
  static var bytes: UInt32 { 128 }

  /// The content's 15 words, and a word for the number and the checksum.
  var words: InlineArray<16, UInt64> = .init(repeating: .max)

  /// An erased record.
  init() {}

  /// The digest that starts at a word.
  subscript(digest word: Int) -> Digest {
    get { unsafe withUnsafeBytes(of: words) { unsafe $0.load(fromByteOffset: word &* 8, as: Digest.self) } }
    set {
      unsafe withUnsafeMutableBytes(of: &words) {
        unsafe $0.storeBytes(of: newValue, toByteOffset: word &* 8, as: Digest.self)
      }
    }
  }

  /// Whether the place that was read is erased. Mutating; otherwise it would be copied.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  var isErased: Bool {
    mutating get {
      unsafe withUnsafeBytes(of: &words) { bytes in
        let first = unsafe bytes[0]
        var index = 127
        while index > 0 {
          guard unsafe bytes[index] == first else { return false }
          index &-= 1
        }
        // All ones, or all zeros on some flash.
        return Int8(bitPattern: first) >> 7 == Int8(bitPattern: first)
      }
    }
  }

  /// The number of the record.
  var number: UInt32 { UInt32(truncatingIfNeeded: words[15]) }

  /// Whether the checksum is that of a record of a kind.
  mutating func isIntact(_ kind: RecordKind) -> Bool { UInt32(truncatingIfNeeded: words[15] >> 32) == checksum(kind) }

  /// Writes the number and the checksum.
  mutating func seal(_ number: UInt32, _ kind: RecordKind) {
    words[15] = UInt64(number)
    words[15] |= UInt64(checksum(kind)) << 32
  }

  /// CRC-32 of the content and the number, changed by the kind. Mutating; otherwise it would be copied.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func checksum(_ kind: RecordKind) -> UInt32 {
    var crc = CRC32()
    unsafe withUnsafeMutableBytes(of: &words) { bytes in
      for index in 0..<124 { unsafe crc.add(bytes[index]) }
    }
    return crc.value ^ kind.rawValue
  }
}

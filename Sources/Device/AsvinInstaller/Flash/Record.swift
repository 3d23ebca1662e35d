import AsvinPatch
import AsvinManifest

/// What a log of records holds. A record of one kind is not a record of another one, so that a log that was given the
/// wrong region finds nothing in it.
enum RecordKind: UInt32 {
  /// A ``Progress``.
  case progress = 0x4A6F_7572
  /// What ``BootState`` keeps.
  case state = 0x5374_6174
}

/// A record as it is stored in flash: 15 words as they are in memory, which is little-endian on all these devices, the
/// record's number, counted from 1, and a checksum.
struct Record {
  /// Bytes of a record in flash.
  static var bytes: UInt32 { 128 }

  /// The content's 15 words, and a word for the number and the checksum.
  var words: InlineArray<16, UInt64> = .init(repeating: .max)

  /// A record of nothing.
  init() {}

  /// The digest that begins at a word.
  subscript(digest word: Int) -> Digest {
    get { unsafe withUnsafeBytes(of: words) { unsafe $0.load(fromByteOffset: word &* 8, as: Digest.self) } }
    set {
      unsafe withUnsafeMutableBytes(of: &words) {
        unsafe $0.storeBytes(of: newValue, toByteOffset: word &* 8, as: Digest.self)
      }
    }
  }

  /// Whether the place that was read is erased.
  var isErased: Bool {
    for index in words.indices where words[index] != .max { return false }
    return true
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

  /// CRC-32 of the content and the number, changed by the kind. Mutating, because it would otherwise be copied.
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

package import AsvinPatch

/// A patch of images that are too long to be held in memory: the result is made in parts, each from a part of the base
/// by a patch of its own.
///
/// | bytes | |
/// |---|---|
/// | 1 | 0xD9 |
/// | 1 | 0x10 |
/// | 4, 4 | first bytes of the SHA-256 of base and result |
/// | number | bytes of the result |
/// | | of each part: its numbers, and its patch |
///
/// The numbers of a part, each a ``Varint``, are how many ranges its base has, of each range the bytes since the end of
/// the one before and its own, and then the bytes of its result and of its patch. A part's base is its ranges, one behind
/// the other; its patch is one for Linux.
package enum LongPatch {
  /// The first byte.
  package static let magic: UInt8 = 0xD9
  /// Images up to these bytes are patched whole.
  package static let wholeBytes = 64 << 20
  static let version: UInt8 = 0x10
  static let headBytes = 10

  /// How much is held in memory of each image while a patch is made.
  struct Window {
    /// Bytes of a part's result, of its base, and of the blocks that the base is made of.
    var resultBytes = 16 << 20, baseBytes = 32 << 20, blockBytes = 1 << 20
  }

  /// Bytes of a part's base or result that are read of a patch at most.
  static let limit = 64 << 20

  /// Where a part comes from, and how long its patch is.
  struct Part: Equatable {
    /// Ascending, and not over each other.
    var base: [Range<Int>]
    var count: Int
    var patchBytes: Int

    /// Ranges of a base, and bytes of all numbers, at most.
    static let ranges = 64, longest = (2 * ranges + 3) * Varint.longest

    /// Bytes of its base.
    var baseBytes: Int { base.reduce(0) { $0 + $1.count } }

    func put(_ bytes: inout [UInt8]) {
      Varint.put(base.count, &bytes)
      var end = 0
      for range in base {
        Varint.put(range.lowerBound - end, &bytes)
        Varint.put(range.count, &bytes)
        end = range.upperBound
      }
      Varint.put(count, &bytes)
      Varint.put(patchBytes, &bytes)
    }

    /// The bytes of its base.
    func bytes(of base: LongImage) throws -> [UInt8] {
      var bytes: [UInt8] = []
      for range in self.base { bytes += try base.bytes(range) }
      return bytes
    }

    /// Reads a part's numbers.
    ///
    /// - Throws: ``DeltaError/badRecipe(at:)`` where it lies outside its images, or would need too much memory.
    static func get(_ bytes: [UInt8], _ place: inout Int, of base: Int, left: Int) throws(DeltaError) -> Part {
      let rangeCount = try Varint.get(bytes, &place)
      guard rangeCount <= ranges else { throw .badRecipe(at: place) }
      var (ranges, end, sum) = ([Range<Int>](), 0, 0)
      for _ in 0..<rangeCount {
        let start = end + (try Varint.get(bytes, &place))
        let length = try Varint.get(bytes, &place)
        guard start <= base, length <= min(base - start, limit - sum) else { throw .badRecipe(at: place) }
        ranges.append(start..<start + length)
        (end, sum) = (start + length, sum + length)
      }
      let (count, patchBytes) = (try Varint.get(bytes, &place), try Varint.get(bytes, &place))
      guard count > 0, count <= min(left, limit), patchBytes <= 2 * limit else { throw .badRecipe(at: place) }
      return Part(base: ranges, count: count, patchBytes: patchBytes)
    }
  }

  static func head(base: UInt32, result: UInt32, count: Int) -> [UInt8] {
    var bytes = [magic, version]
    for word in [base, result] { bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    Varint.put(count, &bytes)
    return bytes
  }
}

/// A long patch that was made.
package struct BuiltLongPatch: Sendable {
  /// Bytes.
  package var size = 0
  /// How many parts it has.
  package var parts = 0
  /// Bytes of RAM that applying it needs: those of the part that needs most.
  package var memory = 0
  /// The machine code of most parts.
  package var set: InstructionSet {
    sets.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key ?? .none
  }
  var sets: [InstructionSet: Int] = [:]
}

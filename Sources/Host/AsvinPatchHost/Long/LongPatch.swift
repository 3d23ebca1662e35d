import AsvinPatch

/// A patch of images that are too long to be held in memory: the result is made in parts, each from a part of the base
/// by a patch of its own.
///
/// | bytes | |
/// |---|---|
/// | 1 | 0xD9 |
/// | 1 | 0x10 |
/// | 4, 4 | first bytes of the SHA-256 of base and result |
/// | number | bytes of the result |
/// | | for each part: its numbers, and its patch |
///
/// The numbers of a part, each a ``Varint``, are the count of ranges of its base; for each range, its distance from the end
/// of the range before and its length; then the lengths of its result and of its patch. The base of a part is the
/// concatenation of its ranges. Its patch has the Linux profile.
package enum LongPatch {
  /// The first byte.
  package static let magic: UInt8 = 0xD9
  /// Images up to this size in bytes are patched as a whole.
  package static let wholeBytes = 64 << 20
  package static let version: UInt8 = 0x10
  package static let headBytes = 10

  /// The maximum bytes of a part's base or result that reading a patch accepts.
  package static let limit = 64 << 20

  /// The source of a part, and the length of its patch.
  package struct Part: Equatable {
    /// The ranges of the base, ascending and without overlap.
    package var base: [Range<Int>]
    package var count: Int
    package var patchBytes: Int

    package init(base: [Range<Int>], count: Int, patchBytes: Int) {
      (self.base, self.count, self.patchBytes) = (base, count, patchBytes)
    }

    /// The maximum number of ranges of a base, and the maximum bytes of all numbers.
    package static let ranges = 64, longest = (2 * ranges + 3) * Varint.longest

    package var baseBytes: Int { base.reduce(0) { $0 + $1.count } }

    package func put(_ bytes: inout [UInt8]) {
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
    package func bytes(of base: LongImage) throws -> [UInt8] {
      var bytes: [UInt8] = []
      for range in self.base { bytes += try base.bytes(range) }
      return bytes
    }

    /// Reads a part's numbers.
    ///
    /// - Throws: ``DeltaError/badRecipe(at:)`` if the part lies outside its images, or would need too much memory.
    package static func get(_ bytes: [UInt8], _ place: inout Int, of base: Int, left: Int) throws(DeltaError) -> Part {
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

  package static func head(base: UInt32, result: UInt32, count: Int) -> [UInt8] {
    var bytes = [magic, version]
    for word in [base, result] { bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    Varint.put(count, &bytes)
    return bytes
  }
}

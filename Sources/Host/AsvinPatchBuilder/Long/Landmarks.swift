import AsvinPatchHost

/// Finds the parts of a long base from which a part of the result probably comes. It compares landmarks, which are
/// places with equal content in both images. Landmarks are chosen by the bytes before them, so that they survive a
/// shift of all content.
struct Landmarks {
  /// The approximate maximum number of landmarks in memory.
  private static let kept = 1 << 18
  private var places: [UInt64: Int] = [:]
  private let base: LongImage
  /// The number of highest bits of the hash that are 0 at a landmark.
  private let rarity: Int

  init(of base: LongImage) throws {
    self.base = base
    rarity = max(6, Int.bitWidth - (base.count / Self.kept).leadingZeroBitCount)
    for range in base.ranges(of: 1 << 20) {
      Self.forEach(try base.bytes(range), rarity) { hash, place in
        if places[hash] == nil { places[hash] = range.lowerBound + place }
      }
    }
  }

  /// The blocks of the base that share the most landmarks with a part, up to a number of bytes. They are in the order
  /// of the base, and joined where they touch. Among blocks that share nothing, those next to a block that shares
  /// something come first, then those at the part's own place.
  ///
  /// - Parameter middle: the position of the part's middle in the result, as a fraction of the result's length.
  func ranges(for part: [UInt8], blockBytes: Int, atMost bytes: Int, middle: Double) -> [Range<Int>] {
    let blocks = base.ranges(of: blockBytes)
    var found = [Int](repeating: 0, count: blocks.count)
    Self.forEach(part, rarity) { hash, _ in
      if let place = places[hash] { found[min(place / blockBytes, blocks.count - 1)] += 1 }
    }
    let center = middle * Double(blocks.count)
    let scores = found.indices.map { block in
      let beside = (block > 0 ? found[block - 1] : 0) + (block + 1 < found.count ? found[block + 1] : 0)
      return Double(8 * found[block] + beside) - abs(Double(block) - center) / Double(blocks.count)
    }
    let chosen = found.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(bytes / blockBytes).sorted()
    var ranges: [Range<Int>] = []
    for block in chosen.map({ blocks[$0] }) {
      if let last = ranges.last, last.upperBound == block.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<block.upperBound
      } else {
        ranges.append(block)
      }
    }
    return ranges
  }

  /// Calls the body for each landmark of a piece and the offset after it. A hash covers the last 64 bytes (a gear hash).
  private static func forEach(_ piece: [UInt8], _ rarity: Int, _ body: (UInt64, Int) -> Void) {
    var hash: UInt64 = 0
    for place in piece.indices {
      hash = hash << 1 &+ (UInt64(piece[place]) &+ 1) &* 0x9E37_79B9_7F4A_7C15
      if place >= 64, hash >> (64 - UInt64(rarity)) == 0 { body(hash, place + 1) }
    }
  }
}

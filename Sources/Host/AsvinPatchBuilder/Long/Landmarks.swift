/// Where in a long base the bytes of a part most likely come from: by places that look the same in both, chosen by what
/// stands before them, so that a shift of everything changes nothing.
struct Landmarks {
  /// How many places are remembered at most, about.
  private static let kept = 1 << 18
  private var places: [UInt64: Int] = [:]
  private let base: LongImage
  /// How many of a hash's highest bits are 0 at a landmark.
  private let rarity: Int

  /// The landmarks of a base.
  init(of base: LongImage) throws {
    self.base = base
    rarity = max(6, Int.bitWidth - (base.count / Self.kept).leadingZeroBitCount)
    for range in base.ranges(of: 1 << 20) {
      Self.forEach(try base.bytes(range), rarity) { hash, place in
        if places[hash] == nil { places[hash] = range.lowerBound + place }
      }
    }
  }

  /// The blocks of the base that share the most with a part, up to so many bytes, in the base's order and joined where
  /// they touch. Those beside them come first among those that share nothing, then those at the part's own place.
  ///
  /// - Parameter middle: of the part, in the result, as a share of its length.
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

  /// Gives each landmark of a piece, with the place behind it. A hash is of the last 64 bytes (a gear hash).
  private static func forEach(_ piece: [UInt8], _ rarity: Int, _ body: (UInt64, Int) -> Void) {
    var hash: UInt64 = 0
    for place in piece.indices {
      hash = hash << 1 &+ (UInt64(piece[place]) &+ 1) &* 0x9E37_79B9_7F4A_7C15
      if place >= 64, hash >> (64 - UInt64(rarity)) == 0 { body(hash, place + 1) }
    }
  }
}

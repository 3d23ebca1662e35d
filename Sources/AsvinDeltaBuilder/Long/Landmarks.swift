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

  /// The range of so many bytes of the base that shares the most with a part; where nothing is shared, the one at the
  /// same place.
  ///
  /// - Parameter middle: of the part, in the result, as a share of its length.
  func range(for part: [UInt8], _ length: Int, middle: Double) -> Range<Int> {
    guard base.count > length else { return 0..<base.count }
    var found: [Int] = []
    Self.forEach(part, rarity) { hash, _ in
      if let place = places[hash] { found.append(place) }
    }
    found.sort()
    var (best, center, first) = (0, Int(middle * Double(base.count)), 0)
    for last in found.indices {
      while found[last] - found[first] > length { first += 1 }
      if last - first >= best { (best, center) = (last - first + 1, (found[first] + found[last]) / 2) }
    }
    let start = min(max(center - length / 2, 0), base.count - length)
    return start..<start + length
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

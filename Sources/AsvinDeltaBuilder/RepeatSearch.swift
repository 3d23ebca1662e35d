import AsvinDelta

/// Finds what the new image says a second time, in the stretches that no cover of the old image reaches.
///
/// The cheapest way through each stretch is found backwards from its end, with the price of every literal as the model
/// told it in a run before.
struct RepeatSearch {
  /// Bits that a repeat costs beside its distance, and, at the last distance, all in all.
  private static let begin = 12.0
  private static let again = 8.0
  private static let depth = 64
  private static let shortest = 3
  /// A match of this length is taken as it is.
  private static let long = 96

  let old: [UInt8]
  let new: [UInt8]
  let oldSize: UInt32
  /// Bits of a literal at each place.
  let prices: [Double]

  /// A plan's covers, and between them the repeats that are worth it.
  func covers(in plan: Plan) -> [Cover] {
    let known = plan.covers
    var repeats: [Cover] = []
    var chains = Chains(new)
    let image = plan.inPlace.map { OverwrittenImage(old: old, new: new, inPlace: $0) }
    for window in plan.windows {
      image?.open(window)
      var place = Int(window.lowerBound)
      for whole in known where whole.new < window.upperBound && whole.end > window.lowerBound {
        let cover = whole.clipped(to: window)
        stretch(place..<Int(cover.new), &chains, image, into: &repeats)
        place = Int(cover.end)
        for inside in Int(cover.new)..<place { chains.add(inside) }
      }
      stretch(place..<Int(window.upperBound), &chains, image, into: &repeats)
      image?.commit(window)
    }
    return (known + repeats).sorted { $0.new < $1.new }
  }

  private func stretch(
    _ range: Range<Int>, _ chains: inout Chains, _ image: OverwrittenImage?, into result: inout [Cover]
  ) {
    if range.isEmpty { return }
    var costs = [Double](repeating: .infinity, count: range.count + 1)
    var steps = [(length: Int, distance: Int)](repeating: (1, 0), count: range.count + 1)
    var lasts = [Int](repeating: 0, count: range.count + 1)
    costs[0] = 0
    var quiet = 0
    for at in 0..<range.count {
      let place = range.lowerBound + at
      func offer(_ length: Int, _ distance: Int, _ cost: Double) {
        guard costs[at] + cost < costs[at + length] else { return }
        costs[at + length] = costs[at] + cost
        steps[at + length] = (length, distance)
        lasts[at + length] = distance == 0 ? lasts[at] : distance
      }
      offer(1, 0, prices[place])
      if at >= quiet {
        let limit = range.upperBound - place
        let last = lasts[at]
        if last != 0, place - last < new.count, place - last >= 0 {
          let length = matching(place - last, place, limit, image)
          if length >= 2 { for part in 2...length { offer(part, last, Self.again + 0.06 * Double(part)) } }
        }
        var longest = Self.shortest - 1
        chains.forEach(place, depth: Self.depth) { source in
          let length = matching(source, place, limit, image)
          guard length > longest else { return }
          let cost = Self.begin + bits(place - source)
          if length >= Self.long {
            offer(length, place - source, cost)
          } else {
            for part in longest + 1...length { offer(part, place - source, cost + 0.06 * Double(part)) }
          }
          longest = length
        }
        if longest >= Self.long { quiet = at + longest - 16 }
      }
      chains.add(place)
    }
    var at = range.count
    while at > 0 {
      let (length, distance) = steps[at]
      if distance != 0 {
        let place = range.lowerBound + at - length
        result.append(
          Cover(new: UInt32(place), old: oldSize + UInt32(place - distance), length: UInt32(length)))
      }
      at -= length
    }
  }

  private func bits(_ distance: Int) -> Double { Double(Int.bitWidth - distance.magnitude.leadingZeroBitCount) }

  private func matching(_ source: Int, _ place: Int, _ limit: Int, _ image: OverwrittenImage?) -> Int {
    var length = 0
    let readable = image.map { Int($0.readableEnd(UInt32(source))) } ?? new.count
    let limit = min(limit, readable - source)
    while length < limit, new[source + length] == new[place + length] { length += 1 }
    return length
  }
}

/// Where three bytes stood before, the latest first.
private struct Chains {
  private static let bits: UInt32 = 16
  private var heads: [Int32]
  private var earlier: [Int32]
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    heads = [Int32](repeating: -1, count: 1 << Self.bits)
    earlier = [Int32](repeating: -1, count: bytes.count)
  }

  mutating func add(_ place: Int) {
    guard let key = key(place) else { return }
    earlier[place] = heads[key]
    heads[key] = Int32(place)
  }

  func forEach(_ place: Int, depth: Int, _ body: (Int) -> Void) {
    guard let key = key(place) else { return }
    var (source, left) = (heads[key], depth)
    while source >= 0, left > 0 {
      body(Int(source))
      source = earlier[Int(source)]
      left -= 1
    }
  }

  private func key(_ place: Int) -> Int? {
    guard place + 3 <= bytes.count else { return nil }
    let three = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
    return Int((three &* 0x9E37_79B1) >> (32 - Self.bits))
  }
}

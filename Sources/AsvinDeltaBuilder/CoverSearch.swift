import CAsvinSuffix
import AsvinDelta
/// Finds the covers that make a patch cheapest: a walk through the new image that at each byte goes on with one of a
/// few diagonals, takes up another that the suffix array offers, or writes a literal, whichever costs least in all.
struct CoverSearch {
  struct Costs {
    var hit = 0.06
    /// A byte of a reference that points elsewhere.
    var reference = 5.0
    var miss = 7.0
    var literal = 6.0
    var begin = 24.0
    var end = 6.0
    /// Whether matches are looked for in the images as they are, too, where there are masked ones.
    var searchesBoth = true

    /// What is tried: long covers with wrong bytes in them, or short ones without.
    static func choices(_ effort: Effort) -> [Costs] {
      let usual = [Costs(searchesBoth: false), Costs(miss: 8, literal: 7, begin: 20, searchesBoth: false), Costs()]
      return effort == .max
        ? usual + [Costs(reference: 4, miss: 9, begin: 16), Costs(reference: 6, miss: 6, begin: 30)] : usual
    }
  }

  private struct Walk {
    var cost: Double
    var shift: Int
    var start: Int
    var previous: Int32
    var isLiteral: Bool
  }

  private struct Piece {
    var start: Int
    var shift: Int
    var isLiteral: Bool
    var previous: Int32
  }

  /// The images as they are.
  let old: [UInt8]
  let new: [UInt8]
  /// The images as they are searched: themselves, or without the targets of references.
  let oldMasked: [UInt8]
  let newMasked: [UInt8]
  private let suffixes: [Int32]
  private let maskedSuffixes: [Int32]?

  init(old: [UInt8], new: [UInt8], masked: (old: [UInt8], new: [UInt8])? = nil) {
    self.old = old
    self.new = new
    oldMasked = masked?.old ?? old
    newMasked = masked?.new ?? new
    suffixes = SuffixArray.make(old)
    maskedSuffixes = masked.map { SuffixArray.make($0.old) }
  }

  /// Bytes that are compared at most: in a long stretch of zeros all matches are as good.
  private static let compared = 2048

  /// The old image's longest match at a place of the new one.
  private func longest(
    _ place: Int, _ old: [UInt8], _ new: [UInt8], _ suffixes: [Int32]
  ) -> (
    at: Int, length: Int
  ) {
    var (low, high) = (0, suffixes.count - 1)
    func match(_ at: Int, from: Int) -> Int {
      var length = from
      let limit = min(old.count - at, new.count - place, Self.compared)
      while length < limit, old[at + length] == new[place + length] { length += 1 }
      return length
    }
    if suffixes.isEmpty { return (0, 0) }
    var (lowMatch, highMatch) = (match(Int(suffixes[low]), from: 0), match(Int(suffixes[high]), from: 0))
    while high - low > 1 {
      let middle = (low + high) / 2
      let at = Int(suffixes[middle])
      let length = match(at, from: min(lowMatch, highMatch))
      let isLess: Bool
      if place + length >= new.count || length == Self.compared {
        isLess = false
      } else if at + length >= old.count {
        isLess = true
      } else {
        isLess = old[at + length] < new[place + length]
      }
      if isLess { (low, lowMatch) = (middle, length) } else { (high, highMatch) = (middle, length) }
    }
    return lowMatch > highMatch ? (Int(suffixes[low]), lowMatch) : (Int(suffixes[high]), highMatch)
  }

  /// What a byte costs that is copied.
  private func cost(_ place: Int, from source: Int, _ costs: Costs) -> Double {
    if old[source] == new[place] { return costs.hit }
    return oldMasked[source] == newMasked[place] ? costs.reference : costs.miss
  }

  /// The covers, in the new image's order.
  func covers(_ costs: Costs) -> [Cover] {
    let width = 8
    let window = 4096
    var pieces: [Piece] = []
    var walks = [Walk(cost: 0, shift: 0, start: 0, previous: -1, isLiteral: true)]
    // The cost of the best walk to each of the last places, and its last piece, for covers that begin before the match
    // that shows them.
    var bestCosts = [Double](repeating: 0, count: window)
    var bestPieces = [Int32](repeating: -1, count: window)
    var lastBest = Walk(cost: -1, shift: .min, start: -1, previous: -2, isLiteral: true)
    var lastPiece: Int32 = -1
    var nextSearch = 0

    func piece(of walk: Walk) -> Int32 {
      if walk.start == lastBest.start, walk.shift == lastBest.shift, walk.isLiteral == lastBest.isLiteral,
        walk.previous == lastBest.previous
      {
        return lastPiece
      }
      pieces.append(
        Piece(start: walk.start, shift: walk.shift, isLiteral: walk.isLiteral, previous: walk.previous))
      lastBest = walk
      lastPiece = Int32(pieces.count - 1)
      return lastPiece
    }

    for place in 0..<new.count {
      var best = 0
      for index in walks.indices where walks[index].cost < walks[best].cost { best = index }
      bestCosts[place % window] = walks[best].cost
      bestPieces[place % window] = piece(of: walks[best])

      if place >= nextSearch {
        let masked = maskedSuffixes.map { longest(place, oldMasked, newMasked, $0) }
        let plain = masked == nil || costs.searchesBoth ? longest(place, old, new, suffixes) : nil
        for found in [plain, masked].compactMap(\.self) {
          let shift = found.at - place
          guard found.length >= 6, !walks.contains(where: { !$0.isLiteral && $0.shift == shift }) else {
            continue
          }
          // Backwards from the match as long as it is cheaper to have begun earlier.
          var (cost, cheapest, start) = (0.0, bestCosts[place % window], place)
          var back = place - 1
          while back >= 0, place - back < window - 1, back + shift >= 0 {
            cost += self.cost(back, from: back + shift, costs)
            if bestCosts[back % window] + cost < cheapest {
              cheapest = bestCosts[back % window] + cost
              start = back
            }
            if cost > 60 { break }
            back -= 1
          }
          let walk = Walk(
            cost: cheapest + costs.begin, shift: shift, start: start, previous: bestPieces[start % window],
            isLiteral: false)
          if walks.count < width {
            walks.append(walk)
          } else {
            var worst = 0
            for index in walks.indices where !walks[index].isLiteral {
              if walks[worst].isLiteral || walks[index].cost > walks[worst].cost { worst = index }
            }
            if walks[worst].cost > walk.cost { walks[worst] = walk }
          }
        }
        // Inside a long match nothing better can begin.
        if let length = (plain ?? masked)?.length, length > 32 { nextSearch = place + length - 16 }
      }

      // Literals can begin anywhere.
      let entry = bestCosts[place % window] + costs.end
      if entry < walks[0].cost {
        walks[0] = Walk(cost: entry, shift: 0, start: place, previous: bestPieces[place % window], isLiteral: true)
      }
      walks[0].cost += costs.literal
      var index = 1
      while index < walks.count {
        let source = place + walks[index].shift
        if source >= old.count {
          walks.remove(at: index)
          continue
        }
        walks[index].cost += cost(place, from: source, costs)
        index += 1
      }
      // A walk that is dearer than beginning it anew is given up.
      let cheapest = walks.min { $0.cost < $1.cost }?.cost ?? 0
      walks = walks.enumerated().filter { $0.offset == 0 || $0.element.cost < cheapest + costs.begin + 12 }.map(
        \.element)
    }
    guard let best = walks.min(by: { $0.cost < $1.cost }) else { return [] }
    var result: [Cover] = []
    var end = new.count
    var current: Piece? = Piece(
      start: best.start, shift: best.shift, isLiteral: best.isLiteral, previous: best.previous)
    while let piece = current {
      if !piece.isLiteral, end > piece.start {
        result.append(
          Cover(new: UInt32(piece.start), old: UInt32(piece.start + piece.shift), length: UInt32(end - piece.start)))
      }
      end = min(end, piece.start)
      current = piece.previous >= 0 ? pieces[Int(piece.previous)] : nil
    }
    return result.reversed()
  }
}

enum SuffixArray {
  static func make(_ bytes: [UInt8]) -> [Int32] {
    var result = [Int32](repeating: 0, count: bytes.count)
    if !bytes.isEmpty { _ = unsafe divsufsort(bytes, &result, Int32(bytes.count)) }
    return result
  }
}

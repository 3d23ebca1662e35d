import AsvinPatchHost
import AsvinPatch

/// Determines the instruction set of an image: for each set, the number of changed words in covers that its handler predicts
/// from the old words. A wrong handler predicts almost none by chance.
struct SetVote {
  let old: [UInt8]
  let new: [UInt8]
  let covers: [Cover]
  private let bySource: [Cover]

  init(old: [UInt8], new: [UInt8], covers: [Cover]) {
    (self.old, self.new, self.covers) = (old, new, covers)
    bySource = covers.sorted { $0.old < $1.old }
  }

  /// Returns the sets that explain the most words, the best first, then `none`. A single set is returned without a
  /// vote.
  func best(_ count: Int, among sets: [InstructionSet]) -> [InstructionSet] {
    if sets.count == 1 { return sets }
    let scores = concurrentMap(sets.filter { $0 != .none }) { (set: $0, score: score($0)) }
    let best = scores.filter { $0.score > 0 }.sorted { $0.score > $1.score }.prefix(count).map(\.set)
    return sets.contains(.none) || best.isEmpty ? best + [.none] : best
  }

  private func score(_ set: InstructionSet) -> Int {
    let (base, result) = (KnownBytes(bytes: old), KnownBytes(bytes: new))
    var score = 0
    for cover in covers {
      var offset = (cover.old + set.alignment - 1) / set.alignment * set.alignment
      while offset + 4 <= cover.old + cover.length {
        let word = base.word(offset)
        let step = max(set.length(word), set.alignment)
        let place = cover.new + (offset - cover.old)
        let now = result.word(place)
        if word != now,
          let reference = Reference.at(offset, word, in: set, count: base.count, { base.word($0) }),
          let guess = reference.rewritten(word, at: place, target: projected(reference.target))
        {
          let mask = UInt32.max >> UInt32(32 - 8 * Int(reference.length))
          if word & mask != now & mask, guess & mask == now & mask { score += 1 }
        }
        offset += step
      }
    }
    return score
  }

  private func projected(_ offset: UInt32) -> UInt32 {
    var (low, high) = (0, bySource.count)
    while low < high {
      let middle = (low + high) / 2
      if bySource[middle].old <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return offset }
    let cover = bySource[low - 1]
    return offset &+ cover.new &- cover.old
  }
}

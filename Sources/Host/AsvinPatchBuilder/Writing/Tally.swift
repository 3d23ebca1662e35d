/// Receives the cost of each part while a patch is written.
protocol WritingObserver {
  /// A literal was written.
  mutating func literal(at position: UInt32, bits: Double)
  /// A byte was copied; `isSame` if it equals the old one.
  mutating func copied(isSame: Bool, bits: Double)
  /// A cover in line was begun, after a run of literals.
  mutating func began(_ copy: CopyPrices.Copy, bits: Double)
}

/// An observer that records nothing.
struct Unobserved: WritingObserver {
  func literal(at position: UInt32, bits: Double) {}
  func copied(isSame: Bool, bits: Double) {}
  func began(_ copy: CopyPrices.Copy, bits: Double) {}
}

/// Bits of a literal at each place, in eighths that fit a byte, because large images have many places.
struct LiteralPrices {
  private var eighths: [UInt8]

  /// Default prices, before any is measured.
  init(count: Int) { eighths = [UInt8](repeating: 6 * 8, count: count) }

  subscript(place: Int) -> Double {
    get { Double(eighths[place]) / 8 }
    set { eighths[place] = UInt8(min(newValue * 8, 255)) }
  }
}

/// The measured costs of the parts of a patch.
struct Tally: WritingObserver {
  private struct Mean {
    private(set) var (sum, count) = (0.0, 0.0)
    mutating func add(_ value: Double) { (sum, count) = (sum + value, count + 1) }
    /// The mean, weighted towards the expected value while there are few samples.
    func value(expected: Double) -> Double { (sum + 20 * expected) / (count + 20) }
  }

  /// The price of a literal at each place, as far as it is known.
  private(set) var literals: LiteralPrices
  private var literal = Mean(), same = Mean(), changed = Mean()
  private var begin = Mean()
  /// The copies that were coded after the last cover.
  private(set) var copies: [CopyPrices.Copy] = []

  init(literals: consuming LiteralPrices) { self.literals = literals }

  mutating func literal(at position: UInt32, bits: Double) {
    literals[Int(position)] = bits
    literal.add(bits)
  }

  mutating func copied(isSame: Bool, bits: Double) { if isSame { same.add(bits) } else { changed.add(bits) } }

  mutating func began(_ copy: CopyPrices.Copy, bits: Double) {
    copies.append(copy)
    if !copy.isRepeat, copy.place == 4 { begin.add(bits) }
  }

  /// Moves the prices of literals out, because two copies of them for a large image need too much memory.
  mutating func takeLiterals() -> LiteralPrices {
    var taken = LiteralPrices(count: 0)
    swap(&taken, &literals)
    return taken
  }

  /// Returns the costs for the next search.
  ///
  /// - Parameter saving: bits that filling the gaps saves on their literals.
  func costs(after costs: Costs, saving: Double = 0) -> Costs {
    var next = costs
    next.literal = max(1, literal.value(expected: costs.literal) - saving / max(1, literal.count))
    if saving > 0 { next.end = 4 }
    next.begin = begin.value(expected: costs.begin)
    next.hit = max(0.03, min(same.value(expected: costs.hit), 0.5))
    // References explain some of the changes; they are counted separately.
    next.miss = max(costs.miss, min(changed.value(expected: costs.miss), 12))
    return next
  }
}

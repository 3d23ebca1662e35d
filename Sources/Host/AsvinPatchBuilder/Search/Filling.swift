/// What a plan told of its costs, for filling its gaps.
struct Filling {
  /// Bits of the plan before its gaps were filled.
  let bits: Double
  private(set) var tally: Tally
  private(set) var prices = CopyPrices()

  /// What a plan costs whose gaps are not filled.
  init(of plan: Plan, _ writer: PatchWriter) {
    (bits, tally) = writer.tally(plan, literals: LiteralPrices(count: writer.new.count))
  }

  /// Takes up what a filled plan costs; gives its bits.
  mutating func tell(_ plan: Plan, _ writer: PatchWriter) -> Double {
    let (bits, tally) = writer.tally(plan, literals: tally.takeLiterals())
    self.tally = tally
    prices = CopyPrices(counting: tally.copies)
    return bits
  }
}

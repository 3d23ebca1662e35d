import AsvinPatch
import Glibc

/// The cost of coding a copy, from the frequency of each class of numbers. The class of a number is its count of bits, as in
/// `Numbers`.
struct CopyPrices: Sendable {
  /// The properties of a copy that are coded.
  struct Copy {
    var run: Int
    var length: Int
    /// Whether its source is in the new image.
    var isRepeat: Bool
    /// The index of its shift among the last four; 4 if it is not one of them.
    var place: Int
    /// The distance to its source in the new image, or the distance of its shift from the last one.
    var distance: Int
  }

  private static let classes = 33
  private var runs: [Double], lengths: [Double], distances: [Double], places: [Double]

  /// Default prices, from experience.
  init() {
    func row(_ first: [Double]) -> [Double] {
      first + (first.count..<Self.classes).map { first[first.count - 1] + Double($0 - first.count + 1) * 0.5 }
    }
    runs = row([2, 2, 2.5, 3, 4])
    lengths = (0..<4).flatMap { _ in row([12, 8, 1.5, 2, 3, 4, 5]) }
    distances = [Double](repeating: 4, count: 2 * Self.classes)
    places = [4, 6, 7, 8, 3, 2.5, 5, 6, 7, 1.5]
  }

  /// Prices from the copies of a plan.
  init(counting copies: [Copy]) {
    (runs, lengths) = ([Double](repeating: 0.3, count: Self.classes), [Double](repeating: 0.3, count: 4 * Self.classes))
    (distances, places) = ([Double](repeating: 0.3, count: 2 * Self.classes), [Double](repeating: 0.3, count: 10))
    for copy in copies {
      runs[Self.bits(copy.run)] += 1
      lengths[Self.row(copy) * Self.classes + Self.bits(copy.length)] += 1
      if copy.place == 4 { distances[(copy.isRepeat ? 1 : 0) * Self.classes + Self.bits(copy.distance)] += 1 }
      places[(copy.isRepeat ? 5 : 0) + copy.place] += 1
    }
    Self.price(&runs, 0, Self.classes)
    for row in 0..<4 { Self.price(&lengths, row * Self.classes, Self.classes) }
    for row in 0..<2 { Self.price(&distances, row * Self.classes, Self.classes) }
    Self.price(&places, 0, 10)
  }

  /// Bits of a copy, without those of its length.
  func bits(toLength copy: Copy) -> Double {
    var sum = runs[Self.bits(copy.run)] + Self.rest(copy.run) + places[(copy.isRepeat ? 5 : 0) + copy.place]
    if copy.place == 4 {
      sum += distances[(copy.isRepeat ? 1 : 0) * Self.classes + Self.bits(copy.distance)] + Self.rest(copy.distance)
    }
    return sum
  }

  /// Bits of a copy's length.
  func bits(length copy: Copy) -> Double {
    lengths[Self.row(copy) * Self.classes + Self.bits(copy.length)] + Self.rest(copy.length)
  }

  private static func row(_ copy: Copy) -> Int { (copy.isRepeat ? 2 : 0) + (copy.place == 4 ? 1 : 0) }

  private static func bits(_ number: Int) -> Int { Int.bitWidth - number.magnitude.leadingZeroBitCount }

  /// The bits after the highest set bit of a number.
  private static func rest(_ number: Int) -> Double { max(0, Double(bits(number) - 1)) * 0.95 }

  private static func price(_ row: inout [Double], _ first: Int, _ count: Int) {
    let sum = row[first..<first + count].reduce(0, +)
    for place in first..<first + count { row[place] = log2(sum / row[place]) }
  }
}

/// The cost of each kind of item of a patch in bits: first from experience, then measured by the model for this pair of images.
struct Costs: Sendable {
  /// A copied byte that stays as it is.
  var hit = 0.06
  /// A byte of a reference that points elsewhere.
  var reference = 5.0
  /// Another copied byte that changed.
  var miss = 7.0
  /// A byte that is not copied.
  var literal = 6.0
  /// The start of a copy, with its place and its length.
  var begin = 24.0
  /// The end of a copy before another one begins.
  var end = 6.0
}

/// The costs that a plan measured, for filling its gaps.
struct Filling {
  /// Bits of the plan before its gaps were filled.
  let bits: Double
  private(set) var tally: Tally
  private(set) var prices = CopyPrices()

  /// Measures the cost of a plan whose gaps are not filled.
  init(of plan: Plan, _ writer: PatchWriter) {
    (bits, tally) = writer.tally(plan, literals: LiteralPrices(count: writer.new.count))
  }

  /// Records the measured costs of a filled plan, and returns its bits.
  mutating func tell(_ plan: Plan, _ writer: PatchWriter) -> Double {
    let (bits, tally) = writer.tally(plan, literals: tally.takeLiterals())
    self.tally = tally
    prices = CopyPrices(counting: tally.copies)
    return bits
  }
}

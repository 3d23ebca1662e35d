import AsvinPatch
import Glibc

/// What it costs to say that bytes are copied, told by how often each is said: the class of a number is how many bits
/// it has, as in `Numbers`.
struct CopyPrices: Sendable {
  /// What is said of a copy.
  struct Copy {
    var run: Int
    var length: Int
    /// Its source is in the new image.
    var isRepeat: Bool
    /// Which of the last four shifts it has; 4 where it has none of them.
    var place: Int
    /// How far back its source is, or how far its shift is from the last.
    var distance: Int
  }

  private static let classes = 33
  private var runs: [Double], lengths: [Double], distances: [Double], places: [Double]

  /// By experience.
  init() {
    func row(_ first: [Double]) -> [Double] {
      first + (first.count..<Self.classes).map { first[first.count - 1] + Double($0 - first.count + 1) * 0.5 }
    }
    runs = row([2, 2, 2.5, 3, 4])
    lengths = (0..<4).flatMap { _ in row([12, 8, 1.5, 2, 3, 4, 5]) }
    distances = [Double](repeating: 4, count: 2 * Self.classes)
    places = [4, 6, 7, 8, 3, 2.5, 5, 6, 7, 1.5]
  }

  /// By what a plan says.
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

  /// Bits of a copy but for its length.
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

  /// What stands behind a number's first one.
  private static func rest(_ number: Int) -> Double { max(0, Double(bits(number) - 1)) * 0.95 }

  private static func price(_ row: inout [Double], _ first: Int, _ count: Int) {
    let sum = row[first..<first + count].reduce(0, +)
    for place in first..<first + count { row[place] = log2(sum / row[place]) }
  }
}

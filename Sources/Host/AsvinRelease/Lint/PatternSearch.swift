/// Finds which of many short patterns occur in a stream of bytes, in one pass that skips most bytes.
///
/// Wu and Manber's method: two bytes determine the distance to the next possible match.
struct PatternSearch {
  /// The number of bytes of each pattern that are compared.
  static let compared = 7

  private let patterns: [[UInt8]]
  private var shifts: [UInt8]

  /// Creates a search for patterns of at least ``compared`` bytes. Only the first ``compared`` bytes are compared.
  init(_ patterns: [[UInt8]]) {
    self.patterns = patterns.map { Array($0.prefix(Self.compared)) }
    let furthest = UInt8(Self.compared - 1)
    shifts = [UInt8](repeating: furthest, count: 1 << 16)
    for pattern in self.patterns {
      for end in 1..<Self.compared {
        let pair = Int(pattern[end - 1]) << 8 | Int(pattern[end])
        shifts[pair] = min(shifts[pair], furthest - UInt8(end))
      }
    }
  }

  /// Calls the body for every match in a piece, with its offset and the index of the pattern.
  func matches(in piece: [UInt8], _ found: (_ offset: Int, _ pattern: Int) -> Void) {
    let bytes = piece.span
    let shifts = self.shifts.span
    var end = Self.compared - 1
    while end < bytes.count {
      let shift = Int(shifts[Int(bytes[end - 1]) << 8 | Int(bytes[end])])
      if shift == 0 {
        let start = end - (Self.compared - 1)
        for (index, pattern) in patterns.enumerated() where isMatch(pattern, in: bytes, at: start) {
          found(start, index)
        }
        end += 1
      } else {
        end += shift
      }
    }
  }

  private func isMatch(_ pattern: [UInt8], in bytes: Span<UInt8>, at start: Int) -> Bool {
    for index in 0..<Self.compared where bytes[start + index] != pattern[index] { return false }
    return true
  }
}

/// Finds which of many short patterns stand in a stream of bytes, in one pass that skips most of them.
///
/// Wu and Manber's method: two bytes tell how far the next possible match is away.
struct PatternSearch {
  /// Bytes of every pattern that are compared here.
  static let compared = 7

  private let patterns: [[UInt8]]
  private var shifts: [UInt8]

  /// A search for patterns of at least ``compared`` bytes, of which the first ones count.
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

  /// Gives every match in a piece: its offset, and the pattern's index.
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

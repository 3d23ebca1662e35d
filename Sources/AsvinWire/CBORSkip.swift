extension CBORReader {
  /// Passes over one item of any type, checking it as strictly as if it were read.
  ///
  /// - Throws: every ``WireError`` of reading; `overLimit(.nesting)` for an item nested too deeply.
  public mutating func skip() throws(WireError) {
    try skip(levelsLeft: Int(truncatingIfNeeded: Limit.nesting.value))
  }

  private mutating func skip(levelsLeft: Int) throws(WireError) {
    let start = offset
    let head = try head()
    switch head.major {
    case .unsigned, .negative, .simple:
      break
    case .bytes:
      _ = try take(head.argument, from: start)
    case .text:
      guard isUTF8(try take(head.argument, from: start)) else { throw WireError(.invalidText, at: start) }
    case .array, .map:
      guard levelsLeft > 0 else { throw WireError(.overLimit(.nesting), at: start) }
      var (left, previous) = (head.argument, 0..<0)
      while left > 0 {
        let itemStart = offset
        try skip(levelsLeft: levelsLeft &- 1)
        left &-= 1
        guard head.major == .map else { continue }
        // That was a key.
        let order = order(previous, itemStart..<offset)
        guard order < 0 else { throw WireError(order == 0 ? .duplicateKey : .unsortedKeys, at: itemStart) }
        previous = itemStart..<offset
        try skip(levelsLeft: levelsLeft &- 1)
      }
    }
  }

  /// Bytewise lexicographic order of two encoded keys: negative, zero or positive.
  private func order(_ left: Range<Int>, _ right: Range<Int>) -> Int {
    var index = 0
    while index < left.count, index < right.count {
      let (a, b) = (bytes[left.lowerBound &+ index], bytes[right.lowerBound &+ index])
      if a != b { return a < b ? -1 : 1 }
      index &+= 1
    }
    return left.count &- right.count
  }
}

extension CBORReader {
  /// Skips one item of any type. It is checked as strictly as an item that is read.
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
      // Each pass reads an item of an array, or a pair of a map.
      var map = CBORMap(pairsLeft: head.argument)
      var left = head.argument
      while left > 0 {
        let item = offset
        try skip(levelsLeft: levelsLeft &- 1)
        left &-= 1
        guard head.major == .map else { continue }
        try count(item, in: &map)
        try skip(levelsLeft: levelsLeft &- 1)
      }
    }
  }

  /// Compares two encoded keys byte by byte: an earlier one, from `left` to `leftEnd`, and the one that was just read,
  /// which begins at `right`. Returns a negative number if the earlier one is lower, and 0 if they are equal.
  func order(_ left: Int, _ leftEnd: Int, _ right: Int) -> Int {
    var (a, b) = (left, right)
    while a < leftEnd, b < offset {
      let difference = Int(bytes[a]) &- Int(bytes[b])
      if difference != 0 { return difference }
      a &+= 1
      b &+= 1
    }
    return (leftEnd &- a) &- (offset &- b)
  }
}

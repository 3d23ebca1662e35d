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
      // The items of an array, or the keys of a map.
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

  /// Bytewise lexicographic order of an encoded key, from a place to its end, and of the one that was just read, from a
  /// place on: negative, zero or positive.
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

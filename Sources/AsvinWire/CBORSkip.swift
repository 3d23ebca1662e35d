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
      var left = head.argument
      var (previous, previousEnd) = (0, 0)
      while left > 0 {
        let item = offset
        try skip(levelsLeft: levelsLeft &- 1)
        left &-= 1
        guard head.major == .map else { continue }
        // That was a key.
        let order = order(previous, previousEnd, item)
        guard order < 0 else { throw WireError(order == 0 ? .duplicateKey : .unsortedKeys, at: item) }
        (previous, previousEnd) = (item, offset)
        try skip(levelsLeft: levelsLeft &- 1)
      }
    }
  }

  /// Bytewise lexicographic order of an encoded key, from a place to its end, and of the one that was just read, from a
  /// place on: negative, zero or positive.
  private func order(_ left: Int, _ leftEnd: Int, _ right: Int) -> Int {
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

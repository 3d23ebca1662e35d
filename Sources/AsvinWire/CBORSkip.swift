extension CBORReader {
  /// Passes over one item of any type, checking it as strictly as if it were read.
  ///
  /// - Throws: every ``WireError`` of reading; `overLimit(.nesting)` for an item nested too deeply.
  public mutating func skip() throws(WireError) {
    try skip(levelsLeft: Limit.nesting.value)
  }

  private mutating func skip(levelsLeft: UInt64) throws(WireError) {
    let start = offset
    let head = try head()
    switch head.major {
    case .unsigned, .negative, .simple:
      break
    case .bytes:
      _ = try take(head.argument, from: start)
    case .text:
      guard isUTF8(try take(head.argument, from: start)) else { throw WireError(.invalidText, at: start) }
    case .array:
      guard levelsLeft > 0 else { throw WireError(.overLimit(.nesting), at: start) }
      var itemsLeft = head.argument
      while itemsLeft > 0 {
        try skip(levelsLeft: levelsLeft &- 1)
        itemsLeft &-= 1
      }
    case .map:
      guard levelsLeft > 0 else { throw WireError(.overLimit(.nesting), at: start) }
      try skipPairs(head.argument, levelsLeft: levelsLeft &- 1)
    }
  }

  private mutating func skipPairs(_ count: UInt64, levelsLeft: UInt64) throws(WireError) {
    var pairsLeft = count
    var previous = 0..<0
    while pairsLeft > 0 {
      let start = offset
      try skip(levelsLeft: levelsLeft)
      let key = start..<offset
      if pairsLeft < count {
        switch order(previous, key) {
        case 0: throw WireError(.duplicateKey, at: start)
        case 1...: throw WireError(.unsortedKeys, at: start)
        default: break
        }
      }
      previous = key
      try skip(levelsLeft: levelsLeft)
      pairsLeft &-= 1
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

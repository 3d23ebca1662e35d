extension CBORReader {
  /// Reads and checks the value of a field. Of an array, it reads only the number of items, and returns it.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func check(_ rule: FieldRule) throws(WireError) -> Int {
    let start = offset
    let head = try head()
    // The numbers of our algorithms are negative. Any other number is well-formed, but unknown.
    if rule == .algorithm, head.major == .unsigned { return 0 }
    guard head.major == rule.major else { throw WireError(.wrongType, at: start) }
    let value = head.argument
    var content = Span<UInt8>()
    if head.major == .bytes || head.major == .text {
      content = try take(value, from: start)
      if head.major == .text, !isUTF8(content) { throw WireError(.invalidText, at: start) }
    }
    if rule.highest < .max, value > UInt64(rule.highest) {
      throw WireError(rule.limit.map { .overLimit($0) } ?? .invalidValue, at: start)
    }
    guard value >= UInt64(rule.lowest), rule != .name || Name.isValid(content) else {
      throw WireError(.invalidValue, at: start)
    }
    return Int(truncatingIfNeeded: value)
  }

  /// Skips a private fact: any item but an array, a map or `null`.
  mutating func skipFact() throws(WireError) {
    let start = offset
    try skip()
    let head = buffer[start]
    if head >> 5 == CBORHead.Major.array.rawValue || head >> 5 == CBORHead.Major.map.rawValue || head == 0xF6 {  // null
      throw WireError(.wrongType, at: start)
    }
  }
}

import AsvinWire

/// Which keys of a map have been read, so that the required ones can be asked for at its end.
struct SeenKeys {
  private var bits: UInt32 = 0

  mutating func insert(_ key: UInt64) { bits |= 1 &<< UInt32(truncatingIfNeeded: key) }

  func contains(_ key: UInt64) -> Bool { bits & (1 &<< UInt32(truncatingIfNeeded: key)) != 0 }

  /// Throws `missingKey` unless all keys of a range were read.
  func require(_ keys: ClosedRange<UInt64>, at offset: Int) throws(WireError) {
    var key = keys.lowerBound
    while key <= keys.upperBound {
      guard contains(key) else { throw WireError(.missingKey, at: offset) }
      key &+= 1
    }
  }

  /// Throws `missingKey` where only one of two keys was read that come together or not at all.
  func requireBothOrNeither(_ first: UInt64, _ second: UInt64, at offset: Int) throws(WireError) {
    guard contains(first) == contains(second) else { throw WireError(.missingKey, at: offset) }
  }
}

extension CBORReader {
  /// The next item, an unsigned integer of at least 1: a size of something that exists.
  mutating func size() throws(WireError) -> UInt64 {
    let start = offset
    let size = try unsigned()
    guard size >= 1 else { throw WireError(.invalidValue, at: start) }
    return size
  }

  /// The next item, a name (see ``Name``).
  @_lifetime(copy self)
  mutating func name() throws(WireError) -> Span<UInt8> {
    let start = offset
    let name = try text()
    guard name.count <= Int(truncatingIfNeeded: Limit.nameBytes.value) else {
      throw WireError(.overLimit(.nameBytes), at: start)
    }
    guard Name.isValid(name) else { throw WireError(.invalidValue, at: start) }
    return name
  }

  /// The count of an array of at least one item.
  mutating func nonEmptyArray(_ limit: Limit) throws(WireError) -> Int {
    let start = offset
    let count = try array(limit)
    guard count >= 1 else { throw WireError(.invalidValue, at: start) }
    return count
  }
}

/// A place in a map: how many pairs are left, and the key before, which the next one must follow.
public struct CBORMap: Sendable {
  var pairsLeft: UInt64
  var previous: CBORKey?

  /// A map, or the rest of one, with so many pairs to come.
  public init(pairsLeft: UInt64) {
    self.pairsLeft = pairsLeft
    previous = nil
  }
}

extension CBORReader {
  /// Enters a map; ``nextKey(in:)`` gives its keys, and the caller reads each value.
  ///
  /// - Throws: as ``argument(of:)``.
  public mutating func map() throws(WireError) -> CBORMap {
    CBORMap(pairsLeft: try argument(of: .map))
  }

  /// The next key of a map, or `nil` after the last pair.
  ///
  /// - Throws: as ``head()``; `wrongType` for a key that is no integer; `duplicateKey`, `unsortedKeys`.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func nextKey(in map: inout CBORMap) throws(WireError) -> CBORKey? {
    guard map.pairsLeft > 0 else { return nil }
    map.pairsLeft &-= 1
    let start = offset
    let head = try head()
    guard head.major == .unsigned || head.major == .negative else { throw WireError(.wrongType, at: start) }
    let key = CBORKey(head.argument, isNegative: head.major == .negative)
    guard map.previous?.precedes(key) ?? true else {
      throw WireError(map.previous == key ? .duplicateKey : .unsortedKeys, at: start)
    }
    map.previous = key
    return key
  }
}

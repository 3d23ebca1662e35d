/// A position in a map: the number of pairs that are left, and the offset of the last key. The next key must be above
/// it.
public struct CBORMap: Sendable {
  fileprivate(set) var pairsLeft: UInt64
  fileprivate var previous = 0
  fileprivate var previousEnd = 0

  /// A map, or the rest of one, with *n* pairs to come.
  public init(pairsLeft: UInt64) { self.pairsLeft = pairsLeft }
}

extension CBORReader {
  /// Enters a map. ``nextKey(in:)`` returns its keys, and the caller reads each value.
  ///
  /// - Throws: as ``argument(of:)``.
  public mutating func map() throws(WireError) -> CBORMap {
    CBORMap(pairsLeft: try argument(of: .map))
  }

  /// The next key of a map, or `nil` after the last pair.
  ///
  /// - Throws: as ``head()``; `wrongType` for a key that is not an integer; `duplicateKey`, `unsortedKeys`.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func nextKey(in map: inout CBORMap) throws(WireError) -> CBORKey? {
    guard map.pairsLeft > 0 else { return nil }
    let start = offset
    let head = try head()
    guard head.major == .unsigned || head.major == .negative else { throw WireError(.wrongType, at: start) }
    try count(start, in: &map)
    return CBORKey(head.argument, isNegative: head.major == .negative)
  }

  /// Notes a key that was just read from an offset, and compares it with the key before it.
  ///
  /// - Throws: `duplicateKey`; `unsortedKeys` if its encoding is not bytewise above that of the key before
  ///   (RFC 8949 §4.2.1).
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func count(_ start: Int, in map: inout CBORMap) throws(WireError) {
    map.pairsLeft &-= 1
    let order = order(map.previous, map.previousEnd, start)
    guard order < 0 else { throw WireError(order == 0 ? .duplicateKey : .unsortedKeys, at: start) }
    (map.previous, map.previousEnd) = (start, offset)
  }
}

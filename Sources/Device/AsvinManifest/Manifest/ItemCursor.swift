/// An item of an array, read in place.
public protocol EncodedItem: ~Escapable {
  /// Reads the next item.
  ///
  /// - Throws: ``WireError``.
  @_lifetime(copy reader)
  init(reading reader: inout CBORReader) throws(WireError)
}

/// Iterates over the items of an array, which was read and checked to its end before.
public struct ItemCursor<Item: EncodedItem & ~Escapable>: ~Escapable {
  private var reader: CBORReader
  private var left: Int

  @_lifetime(copy reader)
  init(_ reader: CBORReader, count: Int) {
    self.reader = reader
    left = count
  }

  /// The next item, or `nil` after the last.
  ///
  /// - Throws: nothing for an array that was read to its end.
  @_lifetime(copy self)
  public mutating func next() throws(WireError) -> Item? {
    guard left > 0 else { return nil }
    left &-= 1
    return try Item(reading: &reader)
  }
}

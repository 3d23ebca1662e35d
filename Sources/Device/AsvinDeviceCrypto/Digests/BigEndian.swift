extension UInt32 {
  /// The byte at an index below 4, the highest first.
  func bigEndianByte(_ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: self &>> UInt32(truncatingIfNeeded: 24 &- 8 &* index))
  }
}

extension UInt64 {
  /// The byte at an index below 8, the highest first. In halves: a shift of 64 bits is a call on small devices.
  func bigEndianByte(_ index: Int) -> UInt8 {
    UInt32(truncatingIfNeeded: index < 4 ? self >> 32 : self).bigEndianByte(index & 3)
  }
}

extension Array<UInt8> {
  /// Bytes of hexadecimal digits; spaces do not count.
  package init(hex text: String) {
    let digits = text.compactMap { $0.hexDigitValue.map(UInt8.init) }
    self = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}

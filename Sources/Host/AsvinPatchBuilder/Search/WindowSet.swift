/// The windows of eight bytes that occur in some ranges of an image.
struct WindowSet {
  private static let windowBytes = 8
  /// Bits of the table for each window. Of the windows that do not occur, at most one in 16 seems to, in a table that is not
  /// limited.
  private static let bitsPerWindow = 16
  /// The limit of the table in bits: 128 MiB.
  private static let mostBits = 1 << 30

  private let table: [UInt64]
  private let shift: UInt64

  init(of bytes: [UInt8], in ranges: [Range<Int>]) {
    let count = min(max(64, ranges.reduce(0) { $0 + $1.count } * Self.bitsPerWindow), Self.mostBits)
    let tableBits = Int.bitWidth - (count - 1).leadingZeroBitCount
    var table = [UInt64](repeating: 0, count: 1 << (tableBits - 6))
    shift = UInt64(64 - tableBits)
    for range in ranges {
      Self.forEach(bytes[range], shift) { table[$0 >> 6] |= 1 << UInt64($0 & 63) }
    }
    self.table = table
  }

  /// The share of the windows of some bytes that occur in the ranges, from 0 to 1.
  func share(of bytes: ArraySlice<UInt8>) -> Double {
    var (found, all) = (0, 0)
    Self.forEach(bytes, shift) {
      found += Int(table[$0 >> 6] >> UInt64($0 & 63) & 1)
      all += 1
    }
    return all == 0 ? 0 : Double(found) / Double(all)
  }

  /// Calls the body for each window, with its bit in the table.
  private static func forEach(_ bytes: ArraySlice<UInt8>, _ shift: UInt64, _ body: (_ bit: Int) -> Void) {
    var window: UInt64 = 0
    for (place, byte) in bytes.enumerated() {
      window = window << 8 | UInt64(byte)
      if place >= windowBytes - 1 { body(Int((window &* 0x9E37_79B9_7F4A_7C15) >> shift)) }
    }
  }
}

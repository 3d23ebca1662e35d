/// Numbers of seven bits a byte, the lowest first; the highest bit says that more follow.
enum Varint {
  /// Bits of a number at most.
  static let bits = 42
  /// Bytes of a number at most.
  static let longest = bits / 7

  static func put(_ number: Int, _ bytes: inout [UInt8]) {
    var rest = number
    while rest > 127 {
      bytes.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// - Throws: ``DeltaError/badRecipe(at:)``.
  static func get(_ bytes: [UInt8], _ place: inout Int) throws(DeltaError) -> Int {
    var (number, shift) = (0, 0)
    while place < bytes.count, shift < bits {
      let byte = bytes[place]
      place += 1
      number |= Int(byte & 127) << shift
      if byte < 128 { return number }
      shift += 7
    }
    throw .badRecipe(at: place)
  }
}

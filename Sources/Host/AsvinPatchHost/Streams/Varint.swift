/// Numbers of seven bits in each byte, the lowest first. The highest bit is set if more bytes follow.
package enum Varint {
  /// The maximum bits of a number.
  package static let bits = 42
  /// The maximum bytes of a number.
  package static let longest = bits / 7

  package static func put(_ number: Int, _ bytes: inout [UInt8]) {
    var rest = number
    while rest > 127 {
      bytes.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// - Throws: ``DeltaError/badRecipe(at:)``.
  package static func get(_ bytes: [UInt8], _ place: inout Int) throws(DeltaError) -> Int {
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

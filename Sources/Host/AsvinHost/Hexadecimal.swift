/// Returns lower-case hexadecimal digits, two for each byte, the most significant first.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  var text: [UInt8] = []
  for byte in bytes {
    for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
  }
  return String(decoding: text, as: UTF8.self)
}

/// Returns the eight digits of a number.
package func hexadecimal(_ value: UInt32) -> String {
  hexadecimal((0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) })
}

/// Whether bytes are well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF (RFC 3629 §4).
///
/// The standard library's own check costs a microcontroller about a kilobyte of tables.
public func isUTF8(_ bytes: Span<UInt8>) -> Bool {
  var index = 0
  while index < bytes.count {
    let lead = bytes[index]
    index &+= 1
    if lead < 0x80 { continue }
    // The number of leading ones in the first byte is the length of the sequence.
    let length = (~lead).leadingZeroBitCount
    guard length >= 2, length <= 4, bytes.count &- index >= length &- 1 else { return false }
    var scalar = UInt32(lead) & (0x7F &>> UInt32(truncatingIfNeeded: length))
    for _ in 1..<length {
      let next = bytes[index]
      guard next & 0xC0 == 0x80 else { return false }
      scalar = scalar << 6 | UInt32(next & 0x3F)
      index &+= 1
    }
    // A scalar that fits into the next shorter sequence, which holds 7, 11 or 16 bits, is overlong.
    let shorter: UInt32 = length == 2 ? 7 : length == 3 ? 11 : 16
    guard scalar &>> shorter != 0, scalar >> 11 != 0xD800 >> 11, scalar <= 0x10_FFFF else { return false }
  }
  return true
}

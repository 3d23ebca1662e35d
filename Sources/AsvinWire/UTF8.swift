/// Whether bytes are well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF (RFC 3629 §4).
///
/// The standard library's own check costs a microcontroller about a kilobyte of tables.
func isUTF8(_ bytes: Span<UInt8>) -> Bool {
  var index = 0
  while index < bytes.count {
    let lead = bytes[index]
    index &+= 1
    if lead < 0x80 { continue }

    let continuations: Int
    var lowest: UInt8 = 0x80
    var highest: UInt8 = 0xBF
    switch lead {
    case 0xC2...0xDF: continuations = 1
    case 0xE0...0xEF:
      continuations = 2
      if lead == 0xE0 { lowest = 0xA0 }
      if lead == 0xED { highest = 0x9F }
    case 0xF0...0xF4:
      continuations = 3
      if lead == 0xF0 { lowest = 0x90 }
      if lead == 0xF4 { highest = 0x8F }
    default: return false
    }
    guard bytes.count &- index >= continuations else { return false }
    guard bytes[index] >= lowest, bytes[index] <= highest else { return false }
    for next in 1..<3 where next < continuations {
      guard bytes[index &+ next] & 0xC0 == 0x80 else { return false }
    }
    index &+= continuations
  }
  return true
}

// Intel HEX and universal hex, as text and as records whose checksums are right.
//
// Input: 0 and a text; or another number, then records: a type, an address of two bytes, a count, the data.

import AsvinHost

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  guard input.byte() != 0 else {
    ContainerRules.check(Array(":00000001FF\n".utf8) + (unsafe Array(input.rest)))
    return 0
  }
  var text: [UInt8] = []
  while !input.isEmpty {
    let (type, high, low, size) = (input.byte(), input.byte(), input.byte(), input.byte() & 31)
    var record = [size, high, low, type]
    for _ in 0..<size { record.append(input.byte()) }
    record.append(0 &- record.reduce(0, &+))
    text += [UInt8(ascii: ":")] + Array(hexadecimal(record).utf8) + [UInt8(ascii: "\n")]
  }
  ContainerRules.check(text + Array(":00000001FF\n".utf8))
  return 0
}

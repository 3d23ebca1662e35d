// Motorola S-records, as text and as records whose checksums are right.
//
// Input: 0 and a text; or another number, then records: a type, a count, the bytes of address and data.

import AsvinHost

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  guard input.byte() != 0 else {
    ContainerRules.check(Array("S0030000FC\n".utf8) + (unsafe Array(input.rest)))
    return 0
  }
  var text: [UInt8] = []
  while !input.isEmpty {
    let (type, size) = (input.byte() % 10, input.byte() & 31)
    var record = [size + 1]
    for _ in 0..<size { record.append(input.byte()) }
    record.append(~record.reduce(0, &+))
    text += [UInt8(ascii: "S"), UInt8(ascii: "0") + type] + Array(hexadecimal(record).utf8) + [UInt8(ascii: "\r")]
  }
  ContainerRules.check(text + Array("S9030000FC".utf8))
  return 0
}

// DFU files, plain and with addresses, whose CRC is right.
//
// Input: bit 0 of the first byte: with addresses. Then settings: the setting, the number of elements, and for each
// element four bytes of an address and a count of bytes; or the content.

private func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let what = input.byte()
  var file: [UInt8] = []
  if what & 1 == 0 {
    file = unsafe Array(input.rest)
  } else {
    var (targets, number): ([UInt8], UInt8) = ([], 0)
    while !input.isEmpty, number < 8 {
      let (setting, elements) = (input.byte(), input.byte() & 7)
      targets += Array("Target".utf8) + [setting] + word(0) + [UInt8](repeating: 0, count: 255) + word(0)
      // Now and then a number of elements that are not there.
      targets += word(what & 2 == 0 ? UInt32(elements) : .max)
      for _ in 0..<elements {
        for _ in 0..<4 { targets.append(input.byte()) }
        let size = input.byte() & 15
        targets += word(UInt32(size)) + [UInt8](repeating: 9, count: Int(size))
      }
      number += 1
    }
    file = Array("DfuSe".utf8) + [1] + word(UInt32(11 + targets.count)) + [number] + targets
  }
  file += [0, 0, 0, 0, 0, 0, 0x1A, 1] + Array("UFD".utf8) + [16]
  var crc = ImageCRC32(.reflected)
  crc.update(file)
  ContainerRules.check(file + word(crc.register))
  return 0
}

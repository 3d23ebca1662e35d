// UF2 with blocks for several chips.
//
// Input: 24 bytes for each block: flags, address, size, number, total, family.

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  var file: [UInt8] = []
  while !input.isEmpty {
    file += [0x55, 0x46, 0x32, 0x0A, 0x57, 0x51, 0x5D, 0x9E]
    for _ in 0..<24 { file.append(input.byte()) }
    file += [UInt8](repeating: 7, count: 476) + [0x30, 0x6F, 0xB1, 0x0A]
  }
  ContainerRules.check(file)
  return 0
}

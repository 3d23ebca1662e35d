// What a file is, and what is checked of it: file systems, archives, texts, flashes with partition tables.
//
// Input: how many 16-byte lines of 0xFF go before the file and where it is cut, then pieces: an offset in lines, a
// count, and the bytes that are put there.

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let (filler, length) = (input.byte(), input.number())
  guard filler > 1 else {
    ContainerRules.check(unsafe Array(input.rest))
    return 0
  }
  // Long enough for a partition table at its usual place and a SPIFFS of several blocks.
  var file = [UInt8](repeating: filler == 2 ? 0 : 0xFF, count: 0x1_4000)
  while !input.isEmpty {
    let place = input.number() * 16 % file.count
    for index in 0..<Int(input.byte() & 127) where place + index < file.count { file[place + index] = input.byte() }
  }
  ContainerRules.check(Array(file.prefix(length == 0 ? file.count : length * 2)))
  return 0
}

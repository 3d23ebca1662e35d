// TI-TXT.
//
// Input: the text after the first section.

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Input(start, count)
  ContainerRules.check(Array("@F000\n31 40\n".utf8) + (unsafe Array(input.rest)))
  ContainerRules.check(Array("@F000\n31 40\n".utf8) + (unsafe Array(input.rest)) + Array("\nq\n".utf8))
  return 0
}

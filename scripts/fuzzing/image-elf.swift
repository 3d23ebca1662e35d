// ELF of either class and byte order, with segments, sections and notes.
//
// Input: the class and the byte order, then the bytes after the first six of the file.

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let kind = input.byte()
  ContainerRules.check(ELFHeader.magic + [1 + kind & 1, 1 + kind >> 1 & 1] + (unsafe Array(input.rest)))
  return 0
}

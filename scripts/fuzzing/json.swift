// The JSON of a request, from anyone, as the server reads it for its own API and for asvin's clients.
//
// Input: the text.

import FoundationEssentials

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Input(start, count)
  let bytes = unsafe Array(input.rest)
  let lenient = JSONValue(client: bytes)
  if let strict = JSONValue(request: bytes) {
    require(lenient == strict, "what is JSON is read the same from asvin's clients")
  }
  guard let lenient else { return 0 }
  let encoded = try? JSONEncoder().encode(lenient)  // nil would be a fault
  require(encoded.flatMap { JSONValue(request: [UInt8]($0)) } == lenient, "what is accepted is read again as it was")
  return 0
}

// Any reply to any request, through the C client.
//
// Input: what is expected, whether the nonce is fresh, the status in two bytes, and the body.

import CAsvinDevice

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  var client = asvin_client()
  unsafe client.expected = UInt32(input.byte() & 7)
  unsafe client.is_fresh = UInt32(input.byte() & 1)
  unsafe client.counter = 9
  let (wasFresh, hadRequest) = unsafe (client.is_fresh == 1, client.expected > 0)
  let status = UInt32(input.number())
  let rest = unsafe input.rest
  let bytes = unsafe memory(rest.count)
  defer { unsafe bytes.deallocate() }
  unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(rest))
  let body = unsafe UnsafePointer(bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
  let answer = unsafe asvin_client_reply(&client, status, body, UInt32(rest.count))
  let hasNonce = unsafe client.counter == 0
  require(hadRequest || answer == ASVIN_MISUSE, "a reply follows a request")
  require(unsafe client.expected == 0, "a request has one reply")
  require(answer != ASVIN_DONE || status == 200 || status == 201 || status == 206, "only a success is one")
  require(answer != ASVIN_AGAIN || (hasNonce && status == 401 && !wasFresh), "a request is repeated once")
  require(!hasNonce || answer == ASVIN_AGAIN || answer == ASVIN_REFUSED, "a malformed body has no nonce")
  require(unsafe client.is_fresh == 0 || answer == ASVIN_AGAIN || !hadRequest, "a nonce is fresh once")
  return 0
}

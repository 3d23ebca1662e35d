// The body of an offer, from anything that answers in the platform's place, through the C client.
//
// Input: the body.

import CAsvinDevice

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // Memory of its own, so that the sanitiser sees an access beyond it.
  let bytes = unsafe memory(count)
  defer { unsafe bytes.deallocate() }
  unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: start, count: count))
  let body = unsafe UnsafePointer(bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
  var offer = asvin_offer()
  let answer = unsafe asvin_client_offer(body, UInt32(count), &offer)
  guard answer == ASVIN_DONE else {
    require(answer == ASVIN_MALFORMED || count == 0, "an offer is read or malformed")
    return 0
  }
  guard let body = unsafe body, let envelope = unsafe offer.envelope else { fatalError("broken: an offer has an envelope") }
  let place = unsafe body.distance(to: envelope)
  let length = unsafe Int(offer.envelope_bytes)
  require(unsafe offer.rollout > 0 && length > 0 && length <= Int(ASVIN_ENVELOPE_BYTES), "an offer is complete")
  require(place >= 0 && place + length <= count, "the envelope is in the body")
  return 0
}

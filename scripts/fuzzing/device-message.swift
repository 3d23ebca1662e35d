// The CBOR messages of the device API as the server reads them, and the field that proves a request, from anyone.
//
// Input: which message (0 to 2: the requests; 3: the field), and its bytes.

import FoundationEssentials

/// Reads a message as the server does, and requires that one that is accepted has no other encoding.
private func read<Message: Codable & Described>(_ bytes: [UInt8], as type: Message.Type) {
  let value: JSONValue
  do throws(WireError) {
    value = try CompactMessage.value(of: bytes, as: type.schema)
  } catch {
    require(error.offset >= 0 && error.offset <= bytes.count, "an error is at a place in the bytes")
    return
  }
  guard type.schema.fault(in: value) == nil else { return }
  guard let message = try? CompactMessage.message(type, of: value) else { return }  // a number is out of range
  let again = try? CompactMessage.bytes(of: message)  // nil is not the same bytes
  require(again == bytes, "what is accepted has no other encoding")
}

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let kind = input.byte() & 3
  let bytes = unsafe Array(input.rest)
  switch kind {
  case 0: read(bytes, as: UpdateQuery.self)
  case 1: read(bytes, as: SharedKeyEnrolment.self)
  case 2: read(bytes, as: DeviceEventRequest.self)
  default:
    guard let proof = RequestProof(field: String(decoding: bytes, as: UTF8.self)) else { return 0 }
    require(RequestProof(field: proof.field)?.field == proof.field, "a field that is written is read")
    require(proof.field.utf8.count == bytes.count, "a field has one length")
  }
  return 0
}

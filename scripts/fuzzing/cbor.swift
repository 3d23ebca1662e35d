// CBOR that anyone may send: what is accepted is deterministic, and nothing traps, whatever is asked for.
//
// Input: how the reader is driven, in the bytes before a 0xFF, and what it reads.

/// Copies an item as it is read.
private func copy(_ reader: inout CBORReader, to writer: inout CBORWriter, levelsLeft: Int) throws(WireError) {
  var peek = reader
  let head = try peek.head()
  switch head.major {
  case .unsigned, .negative, .simple:
    reader = peek
    writer.head(head.major, head.argument)
  case .bytes: writer.byteString(Array(copying: try reader.byteString()))
  case .text: writer.text(Array(copying: try reader.text()))
  case .array, .map:
    reader = peek
    writer.head(head.major, head.argument)
    var left = head.major == .map ? head.argument &* 2 : head.argument
    while left > 0 {
      try copy(&reader, to: &writer, levelsLeft: levelsLeft - 1)
      left &-= 1
    }
  }
}

private func drive(_ reader: inout CBORReader, _ operation: UInt8) throws(WireError) {
  switch operation & 15 {
  case 0: _ = try reader.unsigned()
  case 1: _ = try reader.byteString()
  case 2: _ = try reader.byteString(count: Int(operation >> 4))
  case 3: _ = try reader.text()
  case 4: _ = try reader.array(.components)
  case 5:
    var map = try reader.map()
    while try reader.nextKey(in: &map) != nil { try reader.skip() }
  case 6: reader = try reader.embedded()
  case 7: try reader.expect(CBORHead(.array, UInt64(operation >> 4)), orElse: .invalidValue)
  case 8: try reader.finish()
  default: try reader.skip()
  }
}

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  var operations: [UInt8] = []
  while !input.isEmpty {
    let operation = input.byte()
    if operation == 0xFF { break }
    operations.append(operation)
  }
  let bytes = unsafe input.rest.span
  var driven = CBORReader(bytes)
  for operation in operations {
    let before = driven.offset
    do throws(WireError) {
      try drive(&driven, operation)
      require(driven.offset <= bytes.count, "a reader stays within its bytes")
    } catch {
      require(error.offset >= 0 && error.offset <= bytes.count, "an error is at a place in the bytes")
      require(error.offset >= before || operation & 15 == 8, "an error is not of what was read before")
      break
    }
  }
  var reader = CBORReader(bytes)
  guard (try? reader.skip()) != nil, (try? reader.finish()) != nil else { return 0 }  // a refusal is as good
  var (again, writer) = (CBORReader(bytes), CBORWriter())
  require((try? copy(&again, to: &writer, levelsLeft: 9)) != nil, "what is passed over can be read")  // as above
  require(equal(writer.bytes.span, bytes), "what is accepted has no other encoding")
  return 0
}

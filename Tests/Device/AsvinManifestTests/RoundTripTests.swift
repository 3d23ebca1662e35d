import AsvinFixtures
import AsvinManifest
import Testing

@Suite("Writing and reading")
struct RoundTripTests {
  @Test(
    arguments: [
      (0, 1), (23, 1), (24, 2), (0xFF, 2), (0x100, 3), (0xFFFF, 3), (0x1_0000, 5), (0xFFFF_FFFF, 5),
      (0x1_0000_0000, 9), (UInt64.max, 9),
    ] as [(UInt64, Int)])
  func `Integers around every width come back, in the shortest form`(value: UInt64, bytes: Int) throws {
    var writer = CBORWriter()
    writer.unsigned(value)
    #expect(writer.bytes.count == bytes)
    var reader = CBORReader(writer.bytes.span)
    let read = try reader.unsigned()
    #expect(read == value)
    try reader.finish()
  }

  @Test(arguments: [0, 1, -1, -24, -25, -256, -257, .max, .min] as [Int64])
  func `Signed integers come back`(value: Int64) throws {
    var writer = CBORWriter()
    writer.integer(value)
    var reader = CBORReader(writer.bytes.span)
    let head = try reader.head()
    let read = head.major == .negative ? -1 - Int64(head.argument) : Int64(head.argument)
    #expect(read == value)
  }

  @Test func `Items of all types, nested to the limit, come back`() throws {
    var item = Item.map([
      .number(CBORHead(.unsigned, 1)), .bytes([1, 2]), .number(CBORHead(.negative, 0)), .text(Array("é".utf8)),
    ])
    for _ in 0..<7 { item = .array([item, .number(CBORHead(.simple, CBORHead.null))]) }
    let bytes = item.encoded
    try skipOne(bytes)
    let read = try Item.read(bytes)
    #expect(read == item)
  }

  @Test func `Keys come in order, and an absent map end is truncated`() throws {
    var writer = CBORWriter()
    writer.head(.map, 3)
    for key in [CBORKey(1), CBORKey(300), CBORKey(0, isNegative: true)] {
      writer.key(key)
      writer.null()
    }
    var reader = CBORReader(writer.bytes.span)
    var map = try reader.map()
    var keys: [CBORKey] = []
    while let key = try reader.nextKey(in: &map) {
      keys.append(key)
      try reader.expect(CBORHead(.simple, CBORHead.null), orElse: .wrongType)
    }
    #expect(keys == [CBORKey(1), CBORKey(300), CBORKey(0, isNegative: true)])
    try reader.finish()
  }

  @Test func `An embedded item's errors count from the start of the complete buffer`() throws {
    var writer = CBORWriter()
    writer.byteString([0x00, 0x18, 0x01])
    writer.null()
    var reader = CBORReader(writer.bytes.span)
    var content = try reader.embedded()
    _ = try content.unsigned()
    var failure: WireError?
    do throws(WireError) { _ = try content.unsigned() } catch { failure = error }
    #expect(failure == WireError(.notShortest, at: 2))
    try reader.expect(CBORHead(.simple, CBORHead.null), orElse: .wrongType)
  }

  @Test func `An embedded item cannot be read past its end`() throws {
    let bytes: [UInt8] = [0x41, 0x18, 0x30]
    var reader = CBORReader(bytes.span)
    var content = try reader.embedded()
    var failure: WireError?
    do throws(WireError) { _ = try content.unsigned() } catch { failure = error }
    #expect(failure == WireError(.truncated, at: 1))
  }

  @Test(arguments: Limit.allCases)
  func `An array over its limit is refused by the limit's name`(limit: Limit) throws {
    for (count, expected) in [(limit.value, nil), (limit.value + 1, WireFault.overLimit(limit))] {
      var writer = CBORWriter()
      writer.head(.array, count)
      var reader = CBORReader(writer.bytes.span)
      var fault: WireFault?
      do throws(WireError) { _ = try reader.array(limit) } catch { fault = error.fault }
      #expect(fault == expected)
    }
  }

  @Test(arguments: [0, 31, 33])
  func `A buffer of another length makes no fixed bytes`(count: Int) {
    let bytes = [UInt8](repeating: 7, count: count)
    let isNil = Digest(bytes.span) == nil
    #expect(isNil)
    let digest = Digest { _ in 7 }
    let matches = digest.matches(bytes.span)
    #expect(!matches)
  }
}

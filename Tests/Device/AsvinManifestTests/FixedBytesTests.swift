import AsvinManifest
import Testing

@Suite("Bytes of a fixed length")
struct FixedBytesTests {
  static let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

  static func value(_ bytes: [UInt8]) -> KeyID? { KeyID(bytes.span) }
  static func matches(_ value: KeyID, _ bytes: [UInt8]) -> Bool { value.matches(bytes.span) }
  static func same(_ left: [UInt8], _ right: [UInt8]) -> Bool { equal(left.span, right.span) }

  @Test(arguments: [0, 7, 8, 9, 16])
  func `A buffer matches only with all bytes and no more`(count: Int) throws {
    let identifier = try #require(Self.value(Self.bytes))
    let buffer = Array((Self.bytes + Self.bytes)[..<count])
    #expect(Self.matches(identifier, buffer) == (count == 8))
    #expect(Self.same(Self.bytes, buffer) == (count == 8))
    #expect(Self.same(buffer, Self.bytes) == (count == 8))
  }

  @Test(arguments: 0..<64)
  func `A change of any bit is another value`(bit: Int) throws {
    var changed = Self.bytes
    changed[bit / 8] ^= 1 << (bit % 8)
    let identifier = try #require(Self.value(Self.bytes))
    #expect(!Self.matches(identifier, changed))
    #expect(Self.value(changed) != identifier)
  }

  @Test(arguments: [0, 7, 8, 9])
  func `Only a buffer of exactly the length becomes a value`(count: Int) {
    #expect((Self.value(Array((Self.bytes + Self.bytes)[..<count])) == nil) == (count != 8))
  }
}

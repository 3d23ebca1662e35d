import AsvinManifest
import Testing

/// What a reader of a type refuses by the content.
@Suite("Reading of strings and arrays that are not as asked for")
struct ReaderLimitTests {
  static func fault(_ bytes: [UInt8], _ read: (inout CBORReader) throws(WireError) -> Void) -> WireFault? {
    var reader = CBORReader(bytes.span)
    do throws(WireError) {
      try read(&reader)
      return nil
    } catch {
      return error.fault
    }
  }

  @Test func `An array may have as many items as its limit and no more`() {
    let limit = UInt8(Limit.signatures.value)
    #expect(Self.fault([0x80 + limit]) { reader throws(WireError) in _ = try reader.array(.signatures) } == nil)
    #expect(
      Self.fault([0x81 + limit]) { reader throws(WireError) in _ = try reader.array(.signatures) }
        == .overLimit(.signatures))
  }

  @Test(arguments: [3, 4, 5] as [UInt8])
  func `A byte string of another length is invalid`(count: UInt8) {
    let bytes = [0x40 + count] + [UInt8](repeating: 0, count: Int(count))
    let fault = Self.fault(bytes) { reader throws(WireError) in _ = try reader.byteString(count: 4) }
    #expect(fault == (count == 4 ? nil : .invalidValue))
  }

  @Test(arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]])
  func `A text string that is not UTF-8 is invalid`(content: [UInt8]) {
    let bytes = [0x60 + UInt8(content.count)] + content
    #expect(Self.fault(bytes) { reader throws(WireError) in _ = try reader.text() } == .invalidText)
    #expect(Self.fault([0x61, 0x61]) { reader throws(WireError) in _ = try reader.text() } == nil)
  }
}

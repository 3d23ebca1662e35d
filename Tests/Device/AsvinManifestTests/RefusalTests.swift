import AsvinFixtures
import AsvinManifest
import Testing

@Suite("CBOR that is not deterministic")
struct RefusalTests {
  static func name(_ fault: WireFault) -> String {
    guard case .overLimit(let limit) = fault else { return "\(fault)" }
    return "overLimit-\(limit)"
  }

  @Test(arguments: Vector.all("cbor"))
  func `Each defect is refused by name, at its offset`(vector: Vector) {
    let error = skipError(vector.bytes)
    #expect(error.map { [Self.name($0.fault), "\($0.offset)"] } == vector.expected)
  }

  @Test func `Every truncation of a nested item is refused as truncated`() {
    let bytes = [UInt8](hex: "a401182a02820143ffffff0363c3a961206478797a7a")
    #expect(skipError(bytes) == nil)
    for count in bytes.indices {
      #expect(skipError(Array(bytes[..<count]))?.fault == .truncated, "\(count) bytes")
    }
  }

  @Test func `A reader of a type refuses every other type, before its content`() {
    let items = ["00", "20", "40", "60", "80", "a0", "f6"].map { [UInt8](hex: $0) }
    for (index, item) in items.enumerated() {
      for (wanted, major) in [CBORHead.Major.unsigned, .negative, .bytes, .text, .array, .map, .simple].enumerated() {
        var reader = CBORReader(item.span)
        var fault: WireFault?
        do throws(WireError) { _ = try reader.argument(of: major) } catch { fault = error.fault }
        #expect(fault == (index == wanted ? nil : .wrongType))
      }
    }
  }

  @Test func `Random bytes are read or refused, never more than there are`() {
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<100_000 {
      let bytes = generator.bytes(Int.random(in: 0...40, using: &generator))
      var reader = CBORReader(bytes.span)
      do throws(WireError) { while reader.offset < bytes.count { try reader.skip() } } catch {
        #expect(error.offset <= bytes.count)
      }
      #expect(reader.offset <= bytes.count)
    }
  }

  @Test func `What is accepted is the only encoding: reading and writing gives the same bytes`() throws {
    var generator = SeededGenerator(seed: 7)
    var accepted = 0
    for _ in 0..<200_000 {
      var bytes = generator.bytes(Int.random(in: 1...6, using: &generator))
      bytes[0] = [0x81, 0x82, 0x42, 0x18, 0x19, 0x38, 0x62, 0x00, 0x20, 0x80].randomElement(using: &generator) ?? 0
      guard skipError(bytes) == nil else { continue }
      accepted += 1
      let item = try Item.read(bytes)
      #expect(item.encoded == bytes)
    }
    #expect(accepted > 1_000)
  }
}

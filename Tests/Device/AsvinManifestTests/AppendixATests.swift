import AsvinFixtures
import AsvinManifest
import Testing

@Suite("The examples of RFC 8949 appendix A", .needsShared("vectors/cbor"))
struct AppendixATests {
  struct Example: Decodable {
    let hex: String
    let roundtrip: Bool

    var bytes: [UInt8] { [UInt8](hex: hex) }

    /// Tags (bignums among them), floats, `undefined` and other simple values have no place in our formats.
    var isInProfile: Bool {
      let first = bytes[0]
      return first < 0xC0 || (0xF4...0xF6).contains(first)
    }
  }

  @Test func `There are 82 examples, and 37 of them are in our profile`() throws {
    let examples = try Shared.json("vectors/cbor/appendix_a.json", as: [Example].self)
    #expect(examples.count == 82)
    #expect(examples.filter { $0.roundtrip && $0.isInProfile }.count == 37)
  }

  @Test func `Only the deterministic items of our types are accepted`() throws {
    for example in try Shared.json("vectors/cbor/appendix_a.json", as: [Example].self) {
      #expect((skipError(example.bytes) == nil) == (example.roundtrip && example.isInProfile), "\(example.hex)")
    }
  }

  @Test func `An accepted item is written back with the same bytes`() throws {
    for example in try Shared.json("vectors/cbor/appendix_a.json", as: [Example].self)
    where example.roundtrip && example.isInProfile {
      let item = try Item.read(example.bytes)
      #expect(item.encoded == example.bytes, "\(example.hex)")
    }
  }
}

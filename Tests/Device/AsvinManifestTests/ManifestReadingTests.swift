import AsvinFixtures
import AsvinManifest
import Testing

@Suite("Manifests as they are read")
struct ManifestReadingTests {
  static let accepted = Vector.all("manifest").filter { $0.expected == ["accepted"] }

  static func error(_ bytes: [UInt8]) -> WireError? {
    do throws(WireError) {
      _ = try ManifestView(bytes.span)
      return nil
    } catch {
      return error
    }
  }

  static func name(_ fault: WireFault?) -> String {
    switch fault {
    case nil: "accepted"
    case .overLimit(let limit): "overLimit-\(limit)"
    case .some(let fault): "\(fault)"
    }
  }

  @Test(arguments: Vector.all("manifest"))
  func `Each broken rule is refused by the name of its fault`(vector: Vector) {
    let error = Self.error(vector.bytes)
    #expect([Self.name(error?.fault)] == vector.expected)
    #expect(error?.offset ?? 0 <= vector.bytes.count)
  }

  @Test func `Every truncation of a full manifest is refused`() throws {
    let bytes = try #require(Self.accepted.first { $0.name == "accepted-everything" }).bytes
    for count in bytes.indices {
      #expect(Self.error(Array(bytes[..<count]))?.fault == .truncated, "\(count) bytes")
    }
  }

  @Test func `A changed byte is refused, or is a different manifest`() throws {
    let original = try #require(Self.accepted.first { $0.name == "accepted-everything" }).bytes
    for index in original.indices {
      for mask in 1...UInt8.max {
        var bytes = original
        bytes[index] ^= mask
        guard Self.error(bytes) == nil, let manifest = try? Manifest(decoding: bytes) else { continue }  // refused
        // What a kind means that is not known here is not kept.
        if manifest.components.contains(where: { $0.payloads.contains { $0.kind == nil } }) { continue }
        let encoded = try manifest.encoded()
        #expect(encoded == bytes, "byte \(index)")
      }
    }
  }

  @Test func `Everything that a manifest holds is read`() throws {
    let bytes = try #require(Self.accepted.first { $0.name == "accepted-everything" }).bytes
    let manifest = try Manifest(decoding: bytes)
    #expect(manifest.name.text == "blink")
    #expect(manifest.version.text == "1.2.3")
    #expect(manifest.sequence == 7)
    #expect(manifest.created == 1_700_000_000)
    #expect(manifest.lowestBase == 3)
    #expect(manifest.keySetVersion == 2)
    #expect(manifest.components.map(\.slot) == [0, 3])
    #expect(manifest.components[0].payloads.map(\.kind) == [.patch, .image])
    #expect(manifest.components[0].payloads[0].base?.size == 20)
    #expect(manifest.components[0].payloads[0].memory == 1024)
    #expect(manifest.components[0].payloads[0].features == 1)
    #expect(manifest.components[0].payloads[1].seal?.chunk == 12)
    #expect(manifest.attachments.map(\.name.text) == ["sbom.json", "notes.txt"])
    #expect(manifest.attachments[0].mediaType == "application/spdx+json")
    #expect(
      manifest.facts == [
        Fact(0, .unsigned(5)), Fact(1, .negative(4)), Fact(2, .bytes(Array("x".utf8))),
        Fact(3, .text(Array("text".utf8))), Fact(4, .bool(true)), Fact(24, .bool(false)),
      ])
  }

  @Test func `Random bytes make no manifest and no trap`() {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<50_000 {
      let bytes = [0xA7, 0x01, 0x01, 0x02] + generator.bytes(Int.random(in: 0...60, using: &generator))
      let error = Self.error(bytes)
      #expect(error != nil)
    }
  }
}

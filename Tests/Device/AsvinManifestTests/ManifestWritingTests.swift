import AsvinFixtures
import AsvinManifest
import Testing

@Suite("Manifests as they are written")
struct ManifestWritingTests {
  static func smallest() throws -> Manifest {
    let digest = Digest { UInt8($0) }
    return Manifest(
      name: try #require(Name("blink")), vendor: Identifier { _ in 1 }, deviceClass: Identifier { _ in 2 }, sequence: 7,
      version: try #require(Name("1.0.0")),
      components: [Component(slot: 0, size: 5, digest: digest, payloads: [Payload(size: 5, digest: digest)])])
  }

  static func fault(_ manifest: Manifest) -> WireFault? {
    do throws(WireError) {
      _ = try manifest.encoded()
      return nil
    } catch {
      return error.fault
    }
  }

  /// An independent encoder wrote the vectors.
  @Test(arguments: ManifestReadingTests.accepted.filter { !$0.name.contains("unknown") })
  func `Reading and writing gives the bytes of another encoder`(vector: Vector) throws {
    let bytes = try Manifest(decoding: vector.bytes).encoded()
    #expect(bytes == vector.bytes)
  }

  @Test func `A value that breaks a rule is never encoded`() throws {
    var manifest = try Self.smallest()
    #expect(Self.fault(manifest) == nil)
    manifest.components = []
    #expect(Self.fault(manifest) == .invalidValue)
    manifest = try Self.smallest()
    manifest.components.append(manifest.components[0])
    #expect(Self.fault(manifest) == .invalidValue)
    manifest = try Self.smallest()
    manifest.components[0].payloads[0].size = 6
    #expect(Self.fault(manifest) == .invalidValue)
    manifest = try Self.smallest()
    manifest.components[0].payloads[0].kind = nil
    #expect(Self.fault(manifest) == .missingKey)
    manifest = try Self.smallest()
    manifest.facts = [Fact(1, .bool(true)), Fact(0, .bool(true))]
    #expect(Self.fault(manifest) == .unsortedKeys)
    manifest = try Self.smallest()
    manifest.facts = [Fact(0, .text([0xFF]))]
    #expect(Self.fault(manifest) == .invalidText)
    manifest = try Self.smallest()
    manifest.facts = [Fact(0, .bytes([UInt8](repeating: 0, count: 4096)))]
    #expect(Self.fault(manifest) == .overLimit(.manifestBytes))
  }

  @Test func `A typical manifest is small`() throws {
    let bytes = try Self.smallest().encoded()
    #expect(bytes.count == 139)
  }

  @Test func `A name is 1 to 64 harmless characters`() {
    for good in ["a", "0", "esp-ota-blink", "1.4.0-rc.1+build_7", String(repeating: "x", count: 64)] {
      #expect(Name(good) != nil, "\(good)")
    }
    for bad in ["", "-x", ".x", "_x", "+x", "a/b", "a b", "a\u{0}", "ä", "a\n", String(repeating: "x", count: 65)] {
      #expect(Name(bad) == nil, "\(bad)")
    }
  }
}

import AsvinCrypto
import AsvinManifest
import AsvinVerifier
import Testing

@Suite("The payload that a device chooses")
struct PayloadChoiceTests {
  static let base = InstalledImage(slot: 0, size: 4, digest: Bench.digest(4))

  static func patch(
    from base: InstalledImage?, memory: UInt64? = nil, features: UInt64? = nil, chunk: UInt64? = 12
  ) -> Payload {
    var payload = Payload(kind: .patch, size: 2, digest: Bench.digest(2))
    payload.seal = chunk.map { Payload.Seal(chunk: $0, firstLink: Bench.digest(9)) }
    payload.base = base.map { Payload.Base(digest: $0.digest, size: $0.size) }
    payload.memory = memory
    payload.features = features
    return payload
  }

  static func image(features: UInt64? = nil) -> Payload {
    var payload = Payload(size: 5, digest: Bench.digest(5))
    payload.features = features
    return payload
  }

  static func choice(
    _ payloads: [Payload], installed: [InstalledImage] = [base], features: UInt64 = 0, memory: UInt64 = 20_000,
    blockMemory: UInt64? = .max, excluded: UInt32 = 0
  ) throws -> PayloadChoice? {
    let manifest = Bench.manifest { $0.components[0].payloads = payloads }
    let bytes = try manifest.encoded()
    var cursor = try ManifestView(bytes.span).components
    guard let component = try cursor.next() else { return nil }
    var device = DevicePolicy(
      vendor: .unchecked, deviceClass: .unchecked, floor: .unchecked, sequence: nil, slots: .unchecked,
      features: features, memory: memory,
      blockMemory: blockMemory, installed: installed.span)
    device.excludedPayloads = excluded
    return device.choice(for: component)
  }

  @Test
  func `A patch from the installed image comes before the compressed image, and that before the image`() throws {
    let (installed, empty) = (Self.patch(from: Self.base), Self.patch(from: nil))
    #expect(try Self.choice([Self.image(), empty, installed]) == .payload(2))
    #expect(try Self.choice([installed, empty, Self.image()]) == .payload(0))
    #expect(try Self.choice([Self.image(), empty]) == .payload(1))
    #expect(try Self.choice([Self.image()]) == .payload(0))
  }

  @Test func `Of two payloads with the same rank, the first is chosen`() throws {
    #expect(try Self.choice([Self.patch(from: nil), Self.patch(from: nil), Self.image()]) == .payload(0))
  }

  @Test func `A slot that holds the image already needs no payload`() throws {
    let same = InstalledImage(slot: 0, size: 5, digest: Bench.digest(5))
    #expect(try Self.choice([Self.image()], installed: [same]) == .alreadyInstalled)
    let onAnother = InstalledImage(slot: 1, size: 5, digest: Bench.digest(5))
    #expect(try Self.choice([Self.image()], installed: [onAnother]) == .payload(0))
    let longer = InstalledImage(slot: 0, size: 6, digest: Bench.digest(5))
    #expect(try Self.choice([Self.image()], installed: [longer]) == .payload(0))
  }

  /// Threat T25.
  @Test func `A patch from any other base is not chosen`() throws {
    let patch = Self.patch(from: Self.base)
    for other in [
      InstalledImage(slot: 0, size: 4, digest: Bench.digest(3)),
      InstalledImage(slot: 0, size: 3, digest: Bench.digest(4)),
      InstalledImage(slot: 1, size: 4, digest: Bench.digest(4)),
    ] {
      #expect(try Self.choice([patch], installed: [other]) == nil)
      #expect(try Self.choice([patch, Self.image()], installed: [other]) == .payload(1))
    }
    #expect(try Self.choice([patch], installed: []) == nil)
  }

  @Test func `A patch that needs more memory than the device has is not chosen`() throws {
    let patch = Self.patch(from: Self.base, memory: 20_000)
    #expect(try Self.choice([patch], memory: 19_999) == nil)
    #expect(try Self.choice([patch], memory: 20_000) == .payload(0))
  }

  @Test func `A payload with a feature bit that the device lacks is not chosen`() throws {
    for payload in [Self.patch(from: nil, features: 0b110), Self.image(features: 0b110)] {
      #expect(try Self.choice([payload], features: 0) == nil)
      #expect(try Self.choice([payload], features: 0b100) == nil)
      #expect(try Self.choice([payload], features: 0b110) == .payload(0))
      #expect(try Self.choice([payload], features: .max) == .payload(0))
    }
  }

  @Test func `A device without memory for patches gets the image, never a compressed one`() throws {
    let payloads = [Self.patch(from: Self.base), Self.patch(from: nil), Self.image()]
    #expect(try Self.choice(payloads, features: .max, memory: 0) == .payload(2))
    #expect(try Self.choice(Array(payloads[..<2]), features: .max, memory: 0) == nil)
  }

  @Test func `A patch that is not sealed is chosen only by a device that stores it first`() throws {
    #expect(try Self.choice([Self.patch(from: Self.base, chunk: nil), Self.image()]) == .payload(1))
    let stored = Self.patch(from: Self.base, features: 1 << 8, chunk: nil)
    #expect(try Self.choice([stored, Self.image()], features: 1 << 8) == .payload(0))
  }

  @Test func `A payload whose block does not fit the memory for it is not chosen`() throws {
    let payloads = [Self.patch(from: Self.base, chunk: 16), Self.patch(from: nil, chunk: 12), Self.image()]
    #expect(try Self.choice(payloads, blockMemory: 65_568) == .payload(0))
    #expect(try Self.choice(payloads, blockMemory: 65_567) == .payload(1))
    #expect(try Self.choice(payloads, blockMemory: 4127) == .payload(2))
  }

  @Test func `Where a block is a part of the memory, a patch gets what is left of it`() throws {
    let payloads = [Self.patch(from: Self.base, memory: 1000), Self.image()]
    #expect(try Self.choice(payloads, memory: 5128, blockMemory: nil) == .payload(0))
    #expect(try Self.choice(payloads, memory: 5127, blockMemory: nil) == .payload(1))
  }

  @Test func `A payload that has failed is left out, and the next best is chosen`() throws {
    let payloads = [Self.image(), Self.patch(from: nil), Self.patch(from: Self.base)]
    #expect(try Self.choice(payloads, excluded: 0b100) == .payload(1))
    #expect(try Self.choice(payloads, excluded: 0b110) == .payload(0))
    #expect(try Self.choice(payloads, excluded: 0b111) == nil)
  }
}

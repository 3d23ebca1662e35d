import AsvinPatch
import AsvinFixtures
import Testing

@testable import AsvinPatchBuilder
@testable import AsvinPatchHost

@Suite("Patches of compressed images")
struct StreamPatchTests {
  static let text = Array((0..<4000).map { "line \($0 &* 7919 % 1000) of what is packed\n" }.joined().utf8)

  /// An image with a zlib stream, a gzip member and bytes between them.
  static func image(_ text: [UInt8], level: Int32 = 9) throws -> [UInt8] {
    let parameters = DeflateParameters(level: level, memoryLevel: 8)
    let half = text.count / 2
    let first = try #require(Deflate.deflated(text[..<half], .zlib, parameters))
    let second = try #require(Deflate.deflated(text[half...], .raw, parameters))
    let gzip: [UInt8] = [0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 2, 3] + Array("name\0".utf8)
    return Array("head".utf8) + first + Array("between".utf8) + gzip + second + [1, 2, 3, 4, 5, 6, 7, 8]
  }

  static let pair: (old: [UInt8], new: [UInt8]) = {
    // Both are made of constants; a throw would be a defect of the fixture.
    // swift-format-ignore: NeverUseForceTry
    try! (image(text), image(Array(text[..<70_000]) + Array("what is new".utf8) + text[70_100...]))
  }()

  @Test(arguments: [Int32(1), 6, 9])
  func `Compressed parts are unpacked, and packed again unchanged`(level: Int32) throws {
    let image = try Self.image(Self.text, level: level)
    let opened = UnpackedImage(result: image, limit: 1 << 30)
    #expect(opened.streams.count == 2)
    #expect(opened.bytes.count > Self.text.count)
    let again = UnpackedImage(image, at: opened.streams, limit: 1 << 30)?.bytes == opened.bytes
    #expect(again)
    let isSame = UnpackedImage.packed(opened.bytes, opened.streams, limit: image.count) == image
    #expect(isSame)
  }

  @Test func `A patch between packed images is as small as one between what they hold`() throws {
    let patch = try PatchBuilder.patch(from: Self.pair.old, to: Self.pair.new, profile: .linux)
    #expect(patch.bytes.count < 300)
    #expect(try ImagePatch.apply(patch.bytes, to: Self.pair.old, maximum: 1 << 24) == Self.pair.new)
  }

  @Test func `A stream that zlib does not write again stays closed`() throws {
    // A stored block is a stream that no level makes.
    let stored: [UInt8] = [0x78, 0x01, 1, 100, 0, 155, 255] + [UInt8](repeating: 7, count: 100)
    let sum = stored[7...].reduce((UInt32(1), UInt32(0))) { sums, byte in
      let low = (sums.0 + UInt32(byte)) % 65_521
      return (low, (sums.1 + low) % 65_521)
    }
    let tail = (0..<4).map { UInt8(truncatingIfNeeded: (sum.1 << 16 | sum.0) >> UInt32(24 - 8 * $0)) }
    let image = stored + tail + [UInt8](repeating: 0, count: 20)
    let opened = UnpackedImage(result: image, limit: 1 << 20)
    #expect(opened.streams.isEmpty)
    #expect(opened.bytes == image)
    #expect(UnpackedImage(base: image, limit: 1 << 20) { _, _ in false }.streams.count == 1)
    #expect(UnpackedImage(base: image, limit: 1 << 20) { _, _ in true }.bytes == image)
  }

  @Test(arguments: [("complete", 0, 0), ("without its beginning", 900, 0), ("without most of it", 0, 2400)])
  func `A stream that zlib does not write again is copied packed, beside one that is unpacked`(
    name: String, missingFirst: Int, missingLast: Int
  ) throws {
    // Small memory makes blocks that no set of parameters makes that is tried.
    let other = Array((0..<2000).map { "another value: \($0 &* 104_729 % 9973)\n" }.joined().utf8)
    let odd = try #require(Deflate.deflated(other[...], .zlib, DeflateParameters(level: 9, memoryLevel: 2)))
    #expect(odd.count > 3000)
    let old = odd + Self.pair.old
    let new = Array(odd.dropFirst(missingFirst).dropLast(missingLast)) + Self.pair.new
    #expect(UnpackedImage(result: new, limit: 1 << 30).streams.count == 2)
    let patch = try PatchBuilder.patch(from: old, to: new, profile: .linux)
    #expect(patch.bytes.count < 400)
    #expect(try ImagePatch.apply(patch.bytes, to: old, maximum: 1 << 24) == new)
  }

  @Test func `A stream whose content the result has is unpacked, although the result has a packed part of it too`()
    throws
  {
    let part = Self.pair.old[..<1000]
    let patch = try PatchBuilder.patch(from: Self.pair.old, to: Self.pair.new + part, profile: .linux)
    #expect(patch.bytes.count < 300 + part.count)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 20_000])
  func `A set of windows has those of its ranges, and few others`(count: Int) {
    let bytes = LongPatchTests.noise(count, seed: 1)
    let windows = WindowSet(of: bytes, in: [0..<count / 2, count / 2..<count])
    #expect(windows.share(of: bytes[(count / 2)...]) == (count / 2 + count % 2 < 8 ? 0 : 1))
    #expect(windows.share(of: LongPatchTests.noise(10_000, seed: 2)[...]) < 0.1)
  }

  @Test func `Every changed byte and every cut is an error, or no change at all`() throws {
    let (old, new) = Self.pair
    let patch = try PatchBuilder.patch(from: old, to: new, profile: .linux, set: InstructionSet.none).bytes
    for index in patch.indices {
      var changed = patch
      changed[index] ^= 0x11
      let result = try? ImagePatch.apply(changed, to: old, maximum: 1 << 24)  // expected
      #expect(result == nil || result == new, "\(index)")
    }
    for count in 0..<patch.count {
      let result = try? ImagePatch.apply(Array(patch[..<count]), to: old, maximum: 1 << 24)  // expected
      #expect(result == nil || result == new, "\(count)")
    }
  }

  @Test func `A result that is longer packed than its limit is refused`() throws {
    let patch = try PatchBuilder.patch(from: Self.pair.old, to: Self.pair.new, profile: .linux).bytes
    let size = Self.pair.new.count
    #expect(try ImagePatch.apply(patch, to: Self.pair.old, maximum: size) == Self.pair.new)
    #expect(throws: DeltaError.self) { try ImagePatch.apply(patch, to: Self.pair.old, maximum: size - 1) }
  }

  @Test(arguments: [1 << 33, 0])
  func `A recipe of streams that are longer than what there is, or of none, is refused`(length: Int) throws {
    let stream = UnpackedImage.Stream(
      gap: 3, length: length, format: .zlib, parameters: DeflateParameters(level: 9, memoryLevel: 8))
    let inner = try PatchBuilder.patch(from: [1, 2, 3], to: [1, 2, 4], profile: .tiny).bytes
    let hint = PatchHeaderHints(inner)
    let bytes = StreamPatch(old: [], new: [stream], patch: inner).bytes(base: hint.base, result: hint.result)
    #expect(throws: DeltaError.self) { try ImagePatch.apply(bytes, to: [1, 2, 3], maximum: 1 << 24) }
  }
}

/// The digests' beginnings that a patch names.
private struct PatchHeaderHints {
  let base: UInt32
  let result: UInt32

  init(_ patch: [UInt8]) {
    func word(_ place: Int) -> UInt32 { patch[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    (base, result) = (word(2), word(6))
  }
}

import AsvinHost
import AsvinPatch
import AsvinFixtures
import Testing

@testable import AsvinPatchBuilder
@testable import AsvinPatchHost

/// With windows of a few KiB, so that images of some hundred are long.
@Suite("Patches of long images")
struct LongPatchTests {
  static let window = LongPatch.Window(resultBytes: 32 << 10, baseBytes: 64 << 10, blockBytes: 8 << 10)
  static let old = noise(300_000, seed: 41)
  /// The halves change places, with something new between them.
  static let new = old[150_000...] + noise(5000, seed: 42) + old[..<150_000]

  static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var numbers = SeededGenerator(seed: seed)
    return numbers.bytes(count)
  }

  static func image(_ bytes: [UInt8]) -> LongImage { LongImage(bytes) }

  static func patch(from old: [UInt8], to new: [UInt8]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    _ = try LongPatch.write(
      from: image(old), to: image(new), set: InstructionSet.none, effort: .fast, window: window
    ) { bytes += $0 }
    return bytes
  }

  static func apply(_ patch: [UInt8], to old: [UInt8], maximum: Int = 1 << 24) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let count = try LongPatch.apply(image(patch), to: image(old), maximum: maximum) { bytes += $0 }
    #expect(count == bytes.count)
    return bytes
  }

  static func reason(_ patch: [UInt8], to old: [UInt8] = old, maximum: Int = 1 << 24) -> PatchError.Reason? {
    do {
      _ = try apply(patch, to: old, maximum: maximum)
    } catch DeltaError.patch(let error) {
      return error.reason
    } catch {}
    return nil
  }

  @Test func `Each part finds its base, wherever that has gone`() throws {
    let patch = try Self.patch(from: Self.old, to: Array(Self.new))
    #expect(try Self.apply(patch, to: Self.old) == Array(Self.new))
    #expect(patch.count < 8000)
  }

  @Test(arguments: [0, 1, 32 << 10, (32 << 10) + 1])
  func `An image of any length comes back`(count: Int) throws {
    for (old, new) in [(Self.old, Array(Self.old[..<count])), (Array(Self.old[..<count]), Array(Self.old[..<70_000]))] {
      #expect(try Self.apply(Self.patch(from: old, to: new), to: old) == new)
    }
  }

  @Test
  func `Another base, another format, a truncation and bytes after the end are refused by their names`() throws {
    let patch = try Self.patch(from: Self.old, to: Array(Self.new))
    #expect(Self.reason(patch, to: Array(Self.new)) == .wrongBase)
    #expect(Self.reason([patch[0], 0x11] + patch[2...]) == .unknownFormat)
    #expect(Self.reason([0xD7] + patch[1...]) == .notAPatch)
    #expect(Self.reason(Array(patch[..<9])) == .truncated)
    #expect(Self.reason(Array(patch.dropLast())) == .truncated)
    #expect(Self.reason(patch + [0]) == .trailingBytes)
    #expect(Self.reason(patch, maximum: Self.new.count - 1) == .resultTooLong)
    #expect(Self.reason(patch, maximum: Self.new.count) == nil)
  }

  @Test func `Every changed byte and every cut is an error, or no change at all`() throws {
    let old = Array(Self.old[..<3000])
    let new = Array(old.reversed()[..<500]) + old
    let patch = try Self.patch(from: old, to: new)
    for index in patch.indices {
      for mask in [UInt8(1), 0x80, 0xFF] {
        var changed = patch
        changed[index] ^= mask
        let result = try? Self.apply(changed, to: old)  // expected
        let isRight = result == nil || result == new
        #expect(isRight, "\(index)")
      }
      let cut = try? Self.apply(Array(patch[..<index]), to: old)  // expected
      #expect(cut == nil, "\(index)")
    }
  }

  @Test func `A part that needs more memory than allowed is refused before anything is read`() throws {
    for part in [
      LongPatch.Part(base: [0..<10], count: LongPatch.limit + 1, patchBytes: 10),
      LongPatch.Part(base: [Range](repeating: 0..<0, count: 65), count: 10, patchBytes: 10),
      LongPatch.Part(base: [5..<3001], count: 10, patchBytes: 10),
      LongPatch.Part(base: [0..<10], count: 10, patchBytes: 1 << 40),
      LongPatch.Part(base: [0..<10], count: 0, patchBytes: 10),
    ] {
      let image = Self.image(Array(Self.old[..<3000]))
      var bytes = LongPatch.head(base: try image.hint(), result: 0, count: 1 << 30)
      part.put(&bytes)
      #expect(throws: DeltaError.self) {
        _ = try LongPatch.apply(Self.image(bytes + [0]), to: image, maximum: 1 << 31) { _ in }
      }
    }
  }

  @Test func `An image that becomes shorter while it is read is an error`() throws {
    let liar = LongImage(ShorterSource())
    #expect(throws: DeltaError.imageChanged) { try LongPatch.write(from: liar, to: Self.image([1])) { _ in } }
  }
}

/// A source with fewer bytes than its size.
private struct ShorterSource: ByteSource {
  var size: UInt64 { 100 }

  func read(at offset: UInt64, count: Int) -> [UInt8] { [] }
}

import AsvinPatch
import AsvinPatchBuilder
import AsvinPatchHost
import AsvinFixtures
import Testing

/// Patches are verified before they are applied. These tests are for the case that verification fails.
@Suite("Hostile patches")
struct HostilePatchTests {
  static let old = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
  static let new = Array("what is new ".utf8) + old[100..<1500] + old[1600...] + old[..<90]

  static func patch(_ set: InstructionSet? = nil) throws -> [UInt8] {
    try PatchBuilder.patch(from: old, to: new, profile: .tiny, set: set).bytes
  }

  static func reason(_ patch: [UInt8], to base: [UInt8] = old) -> PatchError.Reason? {
    do throws(DeltaError) {
      _ = try ImagePatch.apply(patch, to: base, maximum: 1 << 24)
      return nil
    } catch {
      guard case .patch(let error) = error else { return nil }
      return error.reason
    }
  }

  @Test func `Bytes that are not a patch are refused as such`() throws {
    #expect(Self.reason([]) == .notAPatch)
    #expect(Self.reason([0xD6, 0x10]) == .notAPatch)
    #expect(Self.reason([0xD7]) == .truncated)
    var patch = try Self.patch()
    patch[1] = 0x20
    #expect(Self.reason(patch) == .unknownFormat)
    patch[1] = 0x1F
    #expect(Self.reason(patch) == .unknownFormat)
  }

  @Test func `A patch on the wrong base is refused as such`() throws {
    #expect(try Self.reason(Self.patch(), to: Self.new) == .wrongBase)
    var patch = try Self.patch()
    patch[2] ^= 1
    #expect(Self.reason(patch) == .wrongBase)
  }

  @Test func `A truncated patch never gives the complete result`() throws {
    let patch = try Self.patch()
    for count in patch.indices {
      // The end of a coder's number may be missing and the result still be right: then nothing was lost.
      let result = try? ImagePatch.apply(Array(patch[..<count]), to: Self.old, maximum: 1 << 24)  // expected
      #expect(result == nil || result == Self.new && count > patch.count - 4, "\(count)")
    }
  }

  @Test func `Bytes after a patch are refused; at most one byte can replace the omitted end`() throws {
    let patch = try Self.patch()
    for tail in [[0], [UInt8](repeating: 0xAA, count: 8), [UInt8](repeating: 0xAA, count: 1000)] {
      #expect(Self.reason(patch + tail) != nil, "\(tail.count)")
    }
  }

  @Test(arguments: InstructionSet.allCases)
  func `No change of a byte makes the applier trap, read outside or run on`(set: InstructionSet) throws {
    var patch = try Self.patch(set)
    for index in 10..<patch.count {
      for mask in [0x01, 0x10, 0x80, 0xFF] as [UInt8] {
        patch[index] ^= mask
        let result = try? ImagePatch.apply(patch, to: Self.old, maximum: 1 << 24)  // a trap would fail
        #expect((result?.count ?? 0) <= 1 << 24)
        patch[index] ^= mask
      }
    }
  }

  @Test func `Noise after a header gives only errors, or images of bounded length`() throws {
    var numbers = SeededGenerator(seed: 5)
    let header = try Self.patch()[..<10]
    for _ in 0..<300 {
      let patch = Array(header) + numbers.bytes(200)
      let result = try? ImagePatch.apply(patch, to: Self.old, maximum: 1 << 24)  // as above
      #expect(result == nil || result != Self.new)
    }
  }
}

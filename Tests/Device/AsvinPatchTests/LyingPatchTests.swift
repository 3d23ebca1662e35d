import AsvinPatch
import Testing

@testable import AsvinPatchHost

/// The encoder that lies in them knows the format's models, so that each lie reaches the check that is to see it.
@Suite("Patches with false statements")
struct LyingPatchTests {
  @Test(arguments: LyingPatch.allCases)
  func `A patch with a false statement is refused, and the reason names the statement`(lie: LyingPatch) throws {
    #expect(try HostilePatchTests.reason(lie.bytes(), to: LyingPatch.old) == lie.reason)
  }

  @Test func `A result that is longer than its slot is refused before a byte of it is written`() throws {
    let patch = try HostilePatchTests.patch(InstructionSet.none)
    let size = UInt32(LyingPatch.new.count)
    #expect(try Self.apply(patch, maximum: size) == Applied(reason: nil, bytes: LyingPatch.new))
    #expect(try Self.apply(patch, maximum: size - 1) == Applied(reason: .resultTooLong, bytes: []))
  }

  @Test(arguments: LyingPatch.allCases)
  func `A false statement is found, however the patch is divided into pieces`(lie: LyingPatch) throws {
    let patch = try lie.bytes()
    guard let header = try? PatchHeader(patch.span), header.inPlace == nil else { return }  // seen before any piece
    let whole = try Self.apply(patch, maximum: 1 << 20)
    for size in [1, 63, 64, 65, 256] {
      #expect(try Self.apply(patch, maximum: 1 << 20, pieces: size) == whole, "\(size)")
    }
  }

  struct Applied: Equatable {
    let reason: PatchError.Reason?
    let bytes: [UInt8]
  }

  /// Applies a patch as a device does that has no digests to look at.
  static func apply(_ patch: [UInt8], maximum: UInt32, pieces: Int = .max) throws -> Applied {
    typealias TestApplier = Applier<KnownBytes, GrowingResult>
    let header = try PatchHeader(patch.span)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: header.workspaceBytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    var applier = unsafe TestApplier(
      header, base: KnownBytes(bytes: LyingPatch.old), output: GrowingResult(), maximum: maximum, workspace: memory)
    var reason: PatchError.Reason?
    do throws(PatchError) {
      var place = header.byteCount
      while place < patch.count {
        let end = patch.count - place > pieces ? place + pieces : patch.count
        try applier.push(patch.span.extracting(place..<end))
        place = end
      }
      try applier.finish()
    } catch let error {
      reason = error.reason
    }
    return Applied(reason: reason, bytes: applier.intoOutput().bytes)
  }
}

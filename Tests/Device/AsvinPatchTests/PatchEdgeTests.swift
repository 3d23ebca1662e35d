import AsvinPatch
import Testing

@testable import AsvinPatchHost

/// What lies just outside a patch, its result or its checkpoint.
@Suite("Just outside a patch")
struct PatchEdgeTests {
  typealias TestApplier = Applier<KnownBytes, GrowingResult>

  @Test(arguments: [1, 2, 1000] as [UInt32])
  func `A cover of the map that starts after the result is refused`(distance: UInt32) throws {
    let header = try PatchHeader(HostilePatchTests.patch(InstructionSet.none).span)
    let size = UInt32(LyingPatch.new.count)
    let patch = ForgedPatch(header).bytes { codec in
      ForgedPatch.map([Cover(new: size + distance, old: 0, length: 1)], &codec)
      codec.open(0..<size)
      _ = codec.codeRun(size + 1)
    }
    #expect(HostilePatchTests.reason(patch, to: LyingPatch.old) == .badCover)
  }

  @Test func `Bytes after a complete patch are refused at once, not only at the end`() throws {
    let patch = try HostilePatchTests.patch(InstructionSet.none)
    let header = try PatchHeader(patch.span)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: header.workspaceBytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    var applier = unsafe TestApplier(
      header, base: KnownBytes(bytes: LyingPatch.old), output: GrowingResult(), maximum: 1 << 20, workspace: memory)
    var reason: PatchError.Reason?
    do throws(PatchError) {
      try applier.push(patch.span.extracting(droppingFirst: header.byteCount))
      try applier.push([UInt8](repeating: 0xAA, count: 1000).span)
    } catch {
      reason = error.reason
    }
    #expect(reason == .trailingBytes)
  }

  @Test(arguments: [-8, -1, 1, 8])
  func `A checkpoint of another size is not resumed`(difference: Int) throws {
    let header = try PatchHeader(HostilePatchTests.patch(InstructionSet.none).span)
    let room = header.workspaceBytes + 8
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 8)
    defer { unsafe memory.deallocate() }
    let state = KnownBytes(bytes: [UInt8](repeating: 0, count: header.workspaceBytes + difference))
    let applier = unsafe TestApplier(
      header, resuming: state, base: KnownBytes(bytes: LyingPatch.old), output: GrowingResult(), maximum: 1 << 20,
      workspace: memory)
    let isRefused = applier == nil
    #expect(isRefused)
  }
}

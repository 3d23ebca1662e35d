// A patch that writes another slot, as it arrives on a device.
//
// Input: what to do (the base in the lowest four bits; bit 4: the profile, bit 5: apply it twice, bit 6: the emphasis),
// how the patch comes in pieces, and the patch without its header, or with it where bit 7 is set.

private nonisolated(unsafe) let slots = (unsafe memory(Int(Slot.maximum)), unsafe memory(Int(Slot.maximum)))
private nonisolated(unsafe) let workspaces = (Workspaces(), Workspaces())

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let (what, pieces) = (input.byte(), Pieces(input.byte()))
  var patch = unsafe input.rest
  var header = PatchHeader(
    profile: what & 16 == 0 ? .tiny : .standard, emphasis: what & 64 == 0 ? .references : .literals, base: 0, result: 0)
  if what & 128 != 0 {
    guard let read = unsafe try? PatchHeader(patch.span) else { return 0 }  // a refusal is as good as a patch
    let again = read.bytes
    require((try? PatchHeader(again.span)) == read, "a header is read as it was written")  // as above
    // In place is another target; Linux has too much memory to be quick.
    guard read.inPlace == nil, read.profile != .linux else { return 0 }
    (header, patch) = unsafe (read, patch.extracting(read.byteCount...))
  }
  let base = Bases[what & 15]
  let result = unsafe Applied(header, base, patch, pieces, to: slots.0, in: workspaces.0[header])
  guard what & 32 != 0 else { return 0 }
  // In one piece, and in memory with other content: the result may depend on neither.
  let workspace = unsafe workspaces.1[header]
  unsafe workspace.initializeMemory(as: UInt8.self, repeating: what)
  let again = unsafe Applied(header, base, patch, Pieces(0), to: slots.1, in: workspace)
  require(result == again, "the result does not depend on the pieces, nor on what the memory held")
  return 0
}

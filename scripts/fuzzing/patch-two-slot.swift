// A patch that writes another slot, as it arrives on a device.
//
// Input: what to do (the base in the lowest four bits; bit 4: the profile, bit 5: apply it twice, bit 6: the emphasis),
// how the patch comes in pieces, and the patch without its header, or with it where bit 7 is set.

/// Small, so that a patch that fills it is soon through.
private let maximum: UInt32 = 1024
private nonisolated(unsafe) let slots = (unsafe memory(Int(maximum)), unsafe memory(Int(maximum)))
private nonisolated(unsafe) let workspaces = (Workspaces(), Workspaces())

/// The other slot: holds as much as it holds.
private struct Slot: PatchOutput {
  let bytes: UnsafeMutableRawBufferPointer
  private(set) var count: UInt32 = 0

  init(_ bytes: UnsafeMutableRawBufferPointer) { unsafe self.bytes = bytes }

  func byte(at offset: UInt32) -> UInt8 {
    require(offset < count, "only what was written is read again")
    return unsafe bytes[Int(offset)]
  }

  mutating func append(_ byte: UInt8) {
    require(count < maximum, "no byte is written behind the slot")
    unsafe bytes[Int(count)] = byte
    count += 1
  }

  func open(_ window: Range<UInt32>) {
    require(
      count == 0 && window.lowerBound == 0 && window.upperBound <= maximum, "the only window is all of the result")
  }

  func commit(_ window: Range<UInt32>, state: RawSpan) {
    require(count == window.upperBound, "a window is whole when it is ended")
  }
}

@unsafe
private func apply(
  _ header: PatchHeader, _ base: Base, _ patch: UnsafeBufferPointer<UInt8>, _ pieces: Pieces,
  _ slot: UnsafeMutableRawBufferPointer, _ workspace: UnsafeMutableRawBufferPointer
) -> (error: PatchError?, count: UInt32) {
  var (pieces, error) = (pieces, PatchError?.none)
  var applier = unsafe Applier(
    header, base: base, output: Slot(slot), maximum: maximum, workspace: workspace)
  do throws(PatchError) {
    try unsafe pieces.forEach(of: patch) { piece throws(PatchError) in try applier.push(piece) }
    try applier.finish()
    require(applier.position == applier.resultSize, "a whole result has the bytes that the patch promises")
  } catch let thrown {
    error = thrown
    require(
      thrown.offset <= UInt64(patch.count + header.byteCount), "an error is at a byte of the patch, or at its end")
  }
  require(!applier.isDone || applier.resultSize <= maximum, "the result fits the slot")
  return (error, applier.intoOutput().count)
}

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
  let result = unsafe apply(header, base, patch, pieces, slots.0, workspaces.0[header])
  guard what & 32 != 0 else { return 0 }
  // All at once, in memory that held something else: nothing may depend on either.
  let workspace = unsafe workspaces.1[header]
  unsafe workspace.initializeMemory(as: UInt8.self, repeating: what)
  let again = unsafe apply(header, base, patch, Pieces(0), slots.1, workspace)
  require(result == again, "the result does not depend on the pieces, nor on what the memory held")
  for index in 0..<Int(result.count) {
    require(unsafe slots.0[index] == slots.1[index], "the bytes depend on neither")
  }
  return 0
}

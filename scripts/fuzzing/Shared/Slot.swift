/// The other slot, with room for ``maximum`` bytes.
struct Slot: PatchOutput {
  /// Small, so that a patch that fills it is soon through.
  static let maximum: UInt32 = 1024
  let bytes: UnsafeMutableRawBufferPointer
  private(set) var count: UInt32 = 0

  init(_ bytes: UnsafeMutableRawBufferPointer) { unsafe self.bytes = bytes }

  func byte(at offset: UInt32) -> UInt8 {
    require(offset < count, "only what was written is read again")
    return unsafe bytes[Int(offset)]
  }

  mutating func append(_ byte: UInt8) {
    require(count < Self.maximum, "no byte is written after the slot")
    unsafe bytes[Int(count)] = byte
    count += 1
  }

  func open(_ window: Range<UInt32>) {
    require(
      count == 0 && window.lowerBound == 0 && window.upperBound <= Self.maximum,
      "the only window is all of the result")
  }

  func commit(_ window: Range<UInt32>, state: RawSpan) {
    require(count == window.upperBound, "a window is complete when it ends")
  }
}

/// What became of a patch: why it was refused, and what was written.
struct Applied: Equatable {
  let error: PatchError?
  let bytes: UnsafeMutableRawBufferPointer.SubSequence

  /// Applies a patch to another slot.
  @unsafe
  init(
    _ header: PatchHeader, _ base: Base, _ patch: UnsafeBufferPointer<UInt8>, _ pieces: Pieces,
    to slot: UnsafeMutableRawBufferPointer, in workspace: UnsafeMutableRawBufferPointer
  ) {
    var (pieces, error) = (pieces, PatchError?.none)
    var applier = unsafe Applier(
      header, base: base, output: Slot(slot), maximum: Slot.maximum, workspace: workspace)
    do throws(PatchError) {
      try unsafe pieces.forEach(of: patch) { piece throws(PatchError) in try applier.push(piece) }
      try applier.finish()
      require(applier.position == applier.resultSize, "a complete result has the size that the patch states")
    } catch let thrown {
      error = thrown
      let end = UInt64(patch.count + header.byteCount)
      require(thrown.offset <= end, "an error is at a byte of the patch, or at its end")
    }
    require(!applier.isDone || applier.resultSize <= Slot.maximum, "the result fits the slot")
    self.error = error
    unsafe bytes = slot[..<Int(applier.intoOutput().count)]
  }

  static func == (one: Applied, other: Applied) -> Bool {
    unsafe one.error == other.error && one.bytes.elementsEqual(other.bytes)
  }
}

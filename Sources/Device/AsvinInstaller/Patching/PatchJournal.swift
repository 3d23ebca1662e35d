package import AsvinPatch

/// The checkpoint region. Its two halves are written in turn, so that one of them is always intact.
///
/// | bytes of a half | |
/// |---|---|
/// | 12 | the patch's header |
/// | 4 | the first bytes of the first link, which identify the patch |
/// | 4 | the number of the window, counted from 1 |
/// | 4, 4 | CRC-32 of each spare block |
/// | the workspace | as ``AsvinPatch/PatchOutput/commit(_:state:)`` received it |
/// | 4 | CRC-32 of all of that |
package struct PatchJournal<Region: FlashRegion> {
  package let flash: InPlaceFlash<Region>
  package let header: PatchHeader
  private let patch: UInt32
  private let blockBytes: UInt32
  private let spareBlocks: UInt32
  private var sequence: UInt32 = 0

  private static var prefixBytes: UInt32 { 28 }
  private var stateBytes: UInt32 { UInt32(header.workspaceBytes) }
  /// Bytes of a half, not rounded up to erase blocks.
  package static func halfBytes(_ header: PatchHeader) -> UInt32 { UInt32(header.workspaceBytes) &+ 32 }
  private var halfStart: UInt32 { sequence & 1 == 0 ? 0 : flash.halfBytes }

  /// A journal without a checkpoint.
  ///
  /// - Parameter patch: a number that identifies the patch: the first bytes of its first link.
  /// - Returns: `nil` for a patch to another slot.
  package init?(_ header: PatchHeader, on flash: InPlaceFlash<Region>, patch: UInt32) {
    guard let inPlace = header.inPlace else { return nil }
    (self.flash, self.header, self.patch) = (flash, header, patch)
    (blockBytes, spareBlocks) = (1 &<< inPlace.blockBits, inPlace.spareBlocks)
  }

  /// The journal with the last intact checkpoint of a patch.
  ///
  /// - Returns: `nil` where there is none, so that the patch is to be started.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  package init?(recovering patch: UInt32, on flash: InPlaceFlash<Region>) {
    let checkpoint = flash.checkpoint
    var (newest, sequence) = (nil as PatchHeader?, 0 as UInt32)
    for half in 0..<UInt32(2) {
      let start = half &* flash.halfBytes
      let bytes = InlineArray<12, UInt8> { checkpoint.byte(UInt64(start &+ UInt32($0))) }
      // Flash may hold any bytes. Bytes that are not a header are not a checkpoint.
      guard let header = try? PatchHeader(bytes.span), flash.fits(header) else { continue }  // not a header
      let number = Self.word(start &+ 16, checkpoint)
      guard number & 1 == half, number > sequence, Self.isIntact(start, header, patch, checkpoint) else { continue }
      (newest, sequence) = (header, number)
    }
    guard let newest else { return nil }
    self.init(newest, on: flash, patch: patch)
    self.sequence = sequence
  }

  /// Erases both checkpoints. Call it before a patch is started.
  package func clear() {
    for half in 0..<UInt32(2) where !flash.hasFailed { flash.checkpoint.erase(UInt64(half &* flash.halfBytes)) }
  }

  /// Copies the last window to the slot if that was interrupted.
  ///
  /// - Returns: the state after that window, or `nil` if the window does not fit this flash.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  package func recover() -> CheckpointState<Region>? {
    let state = CheckpointState(region: flash.checkpoint, start: halfStart &+ Self.prefixBytes, count: stateBytes)
    let window = state.committedWindow
    guard window.lowerBound & (blockBytes &- 1) == 0,
      window.upperBound &- window.lowerBound <= spareBlocks &* blockBytes,
      UInt64(window.upperBound) <= flash.slot.capacity
    else { return nil }
    // A spare block with another CRC already holds the next window. In that case this window is already in the slot.
    copy(window) { index in
      Self.word(halfStart &+ 20 &+ 4 &* index, flash.checkpoint) == blockCRC(index, window)
    }
    return state
  }

  /// Writes the state after a window.
  mutating func write(_ window: Range<UInt32>, state: RawSpan) {
    sequence &+= 1
    var (crc, writer) = (CRC32(), RegionWriter(flash.checkpoint, at: UInt64(halfStart)))
    func put(_ byte: UInt8) {
      crc.add(byte)
      writer.append(byte)
    }
    func put(_ word: UInt32) {
      for shift in stride(from: UInt32(0), to: 32, by: 8) { put(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    let bytes = header.bytes
    for index in bytes.indices { put(bytes[index]) }
    put(patch)
    put(sequence)
    put(blockCRC(0, window))
    put(blockCRC(1, window))
    for index in 0..<Int(stateBytes) { put(unsafe state.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
    put(crc.value)
    writer.finish()
  }

  /// Copies a window from the spare blocks to its place.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func copy(_ window: Range<UInt32>, where isWanted: (UInt32) -> Bool = { _ in true }) {
    for index in 0..<spareBlocks {
      let block = blockRange(index, window)
      guard !block.isEmpty, isWanted(index) else { continue }
      var writer = RegionWriter(flash.slot, at: UInt64(window.lowerBound &+ block.lowerBound))
      for place in block { writer.append(flash.spare.byte(UInt64(place))) }
      writer.finish()
    }
  }

  /// The bytes of a window that are in a spare block, as offsets from the window's start.
  private func blockRange(_ index: UInt32, _ window: Range<UInt32>) -> Range<UInt32> {
    let (start, count) = (index &* blockBytes, window.upperBound &- window.lowerBound)
    return min(start, count)..<min(start &+ blockBytes, count)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func blockCRC(_ index: UInt32, _ window: Range<UInt32>) -> UInt32 {
    var crc = CRC32()
    for place in blockRange(index, window) { crc.add(flash.spare.byte(UInt64(place))) }
    return crc.value
  }

  /// Whether a half holds a checkpoint of this patch.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private static func isIntact(
    _ start: UInt32, _ header: PatchHeader, _ patch: UInt32, _ checkpoint: Region
  ) -> Bool {
    let end = start &+ halfBytes(header) &- 4
    var crc = CRC32()
    for place in start..<end { crc.add(checkpoint.byte(UInt64(place))) }
    return crc.value == word(end, checkpoint) && word(start &+ 12, checkpoint) == patch
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private static func word(_ place: UInt32, _ checkpoint: Region) -> UInt32 {
    RegionBytes(checkpoint, count: .max).word(place)
  }
}

/// A state in the checkpoint region.
package struct CheckpointState<Region: FlashRegion>: ByteStore {
  let region: Region
  let start: UInt32
  package let count: UInt32
  package func byte(at offset: UInt32) -> UInt8 { region.byte(UInt64(start &+ offset)) }
}

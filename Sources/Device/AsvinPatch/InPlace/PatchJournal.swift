/// The checkpoint area: two halves, written in turn, so that one of them is always whole.
///
/// | bytes of a half | |
/// |---|---|
/// | the workspace | as ``PatchOutput/commit(_:state:)`` was given it |
/// | 4 | which window it is, counted from 1 |
/// | 4, 4 | the window's start and end |
/// | 4, 4 | CRC-32 of either spare block |
/// | 8 | the digests' beginnings of the patch's header |
/// | 4 | CRC-32 of all that |
public struct PatchJournal<Flash: PatchFlash> {
  let flash: Flash
  private let header: PatchHeader
  private let inPlace: Windows.InPlace
  private let stateBytes: UInt32
  private var sequence: UInt32 = 0

  var blockBytes: UInt32 { 1 << inPlace.blockBits }

  /// Bytes of a half, without what is left of its last erase block.
  public static func halfBytes(_ header: PatchHeader) -> UInt32 { UInt32(header.workspaceBytes) &+ trailerBytes }

  private static var trailerBytes: UInt32 { 32 }
  private var halfStart: UInt32 {
    sequence & 1 == 0 ? 0 : (Self.halfBytes(header) &+ blockBytes &- 1) & ~(blockBytes &- 1)
  }

  /// A journal for a patch; `nil` where it is not one for in place.
  public init?(_ header: PatchHeader, flash: Flash) {
    guard let inPlace = header.inPlace else { return nil }
    (self.flash, self.header, self.inPlace) = (flash, header, inPlace)
    stateBytes = UInt32(header.workspaceBytes)
  }

  /// Forgets what the area holds. To be called before a patch is begun, and never to go on with one.
  public mutating func clear() {
    for half in 0..<UInt32(2) where !flash.hasFailed {
      sequence = half
      flash.erase(.checkpoint, at: halfStart)
    }
    sequence = 0
  }

  /// The state behind the last window that is whole, after it is at its place; `nil` where none is, and the patch is to
  /// be begun.
  public mutating func recover() -> CheckpointState<Flash>? {
    var newest: UInt32 = 0
    var place: UInt32 = 0
    for half in 0..<UInt32(2) {
      sequence = half
      guard let found = wholeSequence(), found > newest else { continue }
      (newest, place) = (found, halfStart)
    }
    sequence = newest
    guard newest > 0 else { return nil }
    let trailer = place &+ stateBytes
    let window = word(trailer &+ 4)..<max(word(trailer &+ 4), word(trailer &+ 8))
    guard window.lowerBound & (blockBytes &- 1) == 0, window.upperBound &- window.lowerBound <= inPlace.windowBytes
    else {
      return nil
    }
    // A spare block that is no more what it was has been taken for the next window: then this one is at its place.
    copy(window) { index in word(trailer &+ 12 &+ 4 &* index) == blockCRC(index, window) }
    return CheckpointState(flash: flash, start: place, count: stateBytes)
  }

  /// Writes the state behind a window.
  mutating func write(_ window: Range<UInt32>, state: RawSpan) {
    sequence &+= 1
    let start = halfStart
    for place in stride(from: 0, to: Self.halfBytes(header), by: Int(blockBytes)) where !flash.hasFailed {
      flash.erase(.checkpoint, at: start &+ place)
    }
    var (crc, page) = (CRC32(), Page(at: start))
    func put(_ byte: UInt8) {
      crc.add(byte)
      page.append(byte)
      if page.count == 256 { page.write(.checkpoint, to: flash) }
    }
    func put(_ word: UInt32) {
      for shift in stride(from: UInt32(0), to: 32, by: 8) { put(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    for index in 0..<Int(stateBytes) { put(unsafe state.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
    put(sequence)
    put(window.lowerBound)
    put(window.upperBound)
    put(blockCRC(0, window))
    put(blockCRC(1, window))
    put(header.base)
    put(header.result)
    put(crc.value)
    page.write(.checkpoint, to: flash)
  }

  /// Copies a window from the spare blocks to its place.
  func copy(_ window: Range<UInt32>, where isWanted: (UInt32) -> Bool = { _ in true }) {
    for index in 0..<inPlace.spareBlocks {
      let block = blockRange(index, window)
      guard !block.isEmpty, isWanted(index), !flash.hasFailed else { continue }
      flash.erase(.slot, at: window.lowerBound &+ block.lowerBound)
      var page = Page(at: window.lowerBound &+ block.lowerBound)
      for place in block {
        page.append(flash.byte(.spare, at: place))
        if page.count == 256 { page.write(.slot, to: flash) }
      }
      page.write(.slot, to: flash)
    }
  }

  /// The part of a window that a spare block holds, counted from the window's start.
  private func blockRange(_ index: UInt32, _ window: Range<UInt32>) -> Range<UInt32> {
    let (start, count) = (index &* blockBytes, window.upperBound &- window.lowerBound)
    return min(start, count)..<min(start &+ blockBytes, count)
  }

  private func blockCRC(_ index: UInt32, _ window: Range<UInt32>) -> UInt32 {
    var crc = CRC32()
    for place in blockRange(index, window) { crc.add(flash.byte(.spare, at: place)) }
    return crc.value
  }

  /// The sequence number of the half, if the half is whole and of this patch.
  private func wholeSequence() -> UInt32? {
    let start = halfStart
    let count = stateBytes &+ Self.trailerBytes &- 4
    var crc = CRC32()
    for place in 0..<count { crc.add(flash.byte(.checkpoint, at: start &+ place)) }
    let trailer = start &+ stateBytes
    guard crc.value == word(start &+ count), word(trailer &+ 20) == header.base,
      word(trailer &+ 24) == header.result
    else { return nil }
    return word(trailer)
  }

  private func word(_ place: UInt32) -> UInt32 {
    var word: UInt32 = 0
    for index in 0..<UInt32(4) { word |= UInt32(flash.byte(.checkpoint, at: place &+ index)) << (8 &* index) }
    return word
  }
}

/// A state in the checkpoint area.
public struct CheckpointState<Flash: PatchFlash>: ByteStore {
  let flash: Flash
  let start: UInt32
  /// Bytes of the state.
  public let count: UInt32
  /// A byte of it.
  public func byte(at offset: UInt32) -> UInt8 { flash.byte(.checkpoint, at: start &+ offset) }
}

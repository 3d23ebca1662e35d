import AsvinPatch

/// An image while another is written over it, as the device sees it: what two stores share.
final class OverwrittenImage {
  let old: [UInt8]
  let new: [UInt8]
  private let windows: Windows
  private var written: [Bool]
  /// Where the blocks that the new image needs end.
  private let blocksEnd: UInt32
  private(set) var window: Range<UInt32> = 0..<0
  private(set) var position: UInt32 = 0

  init(old: [UInt8], new: [UInt8], inPlace: Windows.InPlace) {
    (self.old, self.new) = (old, new)
    windows = Windows(inPlace, size: UInt32(new.count))
    written = [Bool](repeating: false, count: Int(windows.count))
    let block = UInt32(1) << inPlace.blockBits
    blocksEnd = (UInt32(new.count) + block - 1) / block * block
  }

  func open(_ window: Range<UInt32>) { (self.window, position) = (window, window.lowerBound) }
  func advance() { position += 1 }
  func commit(_ window: Range<UInt32>) { written[Int(windows.index(of: window.lowerBound))] = true }

  /// Whether the old bytes at an offset are gone.
  func isLost(_ offset: UInt32) -> Bool { offset < blocksEnd && written[Int(windows.index(of: offset))] }

  /// Where what can be read of the result from an offset on ends; the offset itself where nothing can.
  func readableEnd(_ offset: UInt32) -> UInt32 {
    if window.contains(offset) { return window.upperBound }
    guard offset < min(old.count, new.count), isLost(offset) else { return offset }
    return min(windows[windows.index(of: offset)].upperBound, UInt32(old.count))
  }

  /// Where what can be read of the result for a place of this window ends; the offset itself where nothing can.
  func readableEnd(_ offset: UInt32, before place: Int) -> UInt32 {
    window.contains(offset) && Int(offset) >= place ? offset : readableEnd(offset)
  }

  /// Where the old bytes at an offset that are still there end; the offset itself where they are gone.
  func oldEnd(_ offset: UInt32) -> UInt32 {
    if offset >= blocksEnd { return UInt32(old.count) }
    return isLost(offset) ? offset : min(windows[windows.index(of: offset)].upperBound, UInt32(old.count))
  }

  /// The content of the slot.
  func slotByte(_ offset: UInt32) -> UInt8 {
    guard isLost(offset) else { return old[Int(offset)] }
    return offset < new.count ? new[Int(offset)] : 0xFF
  }

  /// A byte of the result: the written byte in this window, otherwise the byte that the slot holds.
  func resultByte(_ offset: UInt32) -> UInt8 {
    if window.contains(offset) { return offset < position ? new[Int(offset)] : 0 }
    return offset < old.count ? slotByte(offset) : 0
  }
}

struct OverwrittenBase: ByteStore {
  let flash: OverwrittenImage
  var count: UInt32 { UInt32(flash.old.count) }
  func byte(at offset: UInt32) -> UInt8 { flash.slotByte(offset) }
}

struct OverwrittenResult: PatchOutput {
  let flash: OverwrittenImage
  var count: UInt32 { max(UInt32(flash.old.count), flash.position) }
  func byte(at offset: UInt32) -> UInt8 { flash.resultByte(offset) }
  func append(_ byte: UInt8) { flash.advance() }
  func open(_ window: Range<UInt32>) { flash.open(window) }
  func commit(_ window: Range<UInt32>, state: RawSpan) { flash.commit(window) }
}

import AsvinPatch

/// An image while another one is written over it, in the state that the device sees. Two stores share it.
final class OverwrittenImage {
  let old: [UInt8]
  let new: [UInt8]
  private let windows: Windows
  private var written: [Bool]
  /// The end of the blocks that the new image needs.
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

  /// Whether the old bytes at an offset are overwritten.
  func isLost(_ offset: UInt32) -> Bool { offset < blocksEnd && written[Int(windows.index(of: offset))] }

  /// The end of the readable part of the result from an offset on; the offset itself if nothing there is readable.
  func readableEnd(_ offset: UInt32) -> UInt32 {
    if window.contains(offset) { return window.upperBound }
    guard offset < min(old.count, new.count), isLost(offset) else { return offset }
    return min(windows[windows.index(of: offset)].upperBound, UInt32(old.count))
  }

  /// The same for a copy to a place in this window, where only the bytes before that place are readable.
  func readableEnd(_ offset: UInt32, before place: Int) -> UInt32 {
    window.contains(offset) && Int(offset) >= place ? offset : readableEnd(offset)
  }

  /// The end of the old bytes from an offset on that are still in the slot; the offset itself if they are overwritten.
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

import AsvinDelta

/// An image while another is written over it, as the device sees it: what two stores share.
final class OverwrittenImage {
  let old: [UInt8]
  let new: [UInt8]
  private let inPlace: Windows.InPlace
  /// Where the blocks that the new image needs end.
  private let blocksEnd: UInt32
  private(set) var window: Range<UInt32> = 0..<0
  private(set) var position: UInt32 = 0

  init(old: [UInt8], new: [UInt8], inPlace: Windows.InPlace) {
    (self.old, self.new, self.inPlace) = (old, new, inPlace)
    let block = UInt32(1) << inPlace.blockBits
    blocksEnd = (UInt32(new.count) + block - 1) / block * block
  }

  func open(_ window: Range<UInt32>) { (self.window, position) = (window, window.lowerBound) }
  func advance() { position += 1 }

  /// Whether the old bytes at an offset are gone while a window is written.
  func isLost(_ offset: UInt32, in window: Range<UInt32>) -> Bool {
    inPlace.isDescending ? offset >= window.upperBound && offset < blocksEnd : offset < window.lowerBound
  }

  /// What stands in the slot.
  func slotByte(_ offset: UInt32) -> UInt8 {
    guard isLost(offset, in: window) else { return old[Int(offset)] }
    return offset < new.count ? new[Int(offset)] : 0xFF
  }

  /// A byte of the new image, if it is written.
  func resultByte(_ offset: UInt32) -> UInt8 {
    let isWritten =
      inPlace.isDescending && offset >= window.upperBound
      || (inPlace.isDescending ? window.lowerBound..<position : 0..<position).contains(offset)
    return isWritten ? new[Int(offset)] : 0
  }
}

struct OverwrittenBase: ByteStore {
  let flash: OverwrittenImage
  var count: UInt32 { UInt32(flash.old.count) }
  func byte(at offset: UInt32) -> UInt8 { flash.slotByte(offset) }
}

struct OverwrittenResult: PatchOutput {
  let flash: OverwrittenImage
  var count: UInt32 { UInt32(flash.new.count) }
  func byte(at offset: UInt32) -> UInt8 { flash.resultByte(offset) }
  func append(_ byte: UInt8) { flash.advance() }
  func open(_ window: Range<UInt32>) { flash.open(window) }
  func commit(_ window: Range<UInt32>, state: RawSpan) {}
}

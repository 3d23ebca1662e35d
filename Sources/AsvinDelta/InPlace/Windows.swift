/// The order in which the new image is written: all at once beside the old one, or over it window by window.
///
/// A window ends every run and every cover, so that between two windows nothing is in the air.
public struct Windows: Equatable, Sendable {
  /// How an image is written over the one that it is made from.
  public struct InPlace: Equatable, Sendable {
    /// The erase block's size, as a power of two: 8...24.
    public var blockBits: UInt32
    /// Blocks of a window, which are kept twice while the window is written: 1 or 2.
    public var spareBlocks: UInt32
    /// Whether the last window is the first to be written.
    public var isDescending: Bool

    /// A way to write in place.
    public init(blockBits: UInt32, spareBlocks: UInt32, isDescending: Bool) {
      (self.blockBits, self.spareBlocks, self.isDescending) = (blockBits, spareBlocks, isDescending)
    }

    /// Bytes of a window.
    public var windowBytes: UInt32 { spareBlocks << blockBits }
  }

  let inPlace: InPlace?
  let size: UInt32

  /// The windows of a new image of so many bytes.
  public init(_ inPlace: InPlace?, size: UInt32) {
    self.inPlace = inPlace
    self.size = size
  }

  /// The first window; empty when the image is.
  public var first: Range<UInt32> {
    guard let inPlace else { return 0..<size }
    guard inPlace.isDescending, size > 0 else { return 0..<min(size, inPlace.windowBytes) }
    return (size &- 1) / inPlace.windowBytes &* inPlace.windowBytes..<size
  }

  /// The window after another.
  public func after(_ window: Range<UInt32>) -> Range<UInt32>? {
    guard let inPlace else { return nil }
    let bytes = inPlace.windowBytes
    if inPlace.isDescending {
      return window.lowerBound == 0 ? nil : window.lowerBound &- bytes..<window.lowerBound
    }
    return window.upperBound == size
      ? nil : window.upperBound..<window.upperBound &+ min(bytes, size &- window.upperBound)
  }
}

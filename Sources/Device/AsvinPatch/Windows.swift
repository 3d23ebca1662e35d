/// The parts in which the new image is written: all at once to another slot, or over the old image, window by window in
/// an order that the patch states.
///
/// A window ends every run and every cover, so that neither extends over two windows.
public struct Windows: Equatable, Sendable {
  /// How an image is written over the one that it is made from.
  public struct InPlace: Equatable, Sendable {
    /// The erase block's size, as a power of two: 8...24.
    public var blockBits: UInt32
    /// Blocks of a window, which are stored twice while the window is written: 1 or 2.
    public var spareBlocks: UInt32

    package init(blockBits: UInt32, spareBlocks: UInt32) {
      (self.blockBits, self.spareBlocks) = (blockBits, spareBlocks)
    }

    /// Bytes of a window.
    public var windowBytes: UInt32 { spareBlocks &<< blockBits }
  }

  private let bytes: UInt32
  private let size: UInt32

  /// The windows of a new image of a size.
  public init(_ inPlace: InPlace?, size: UInt32) {
    bytes = inPlace?.windowBytes ?? max(size, 1)
    self.size = size
  }

  /// The number of windows; an empty image has one.
  public var count: UInt32 { size == 0 ? 1 : (size &- 1) / bytes &+ 1 }

  /// A window by its number, which is below ``count``.
  public subscript(index: UInt32) -> Range<UInt32> {
    let start = index &* bytes
    return start..<start &+ min(bytes, size &- start)
  }

  /// The number of the window that holds an offset.
  public func index(of offset: UInt32) -> UInt32 { offset / bytes }
}

/// A handle to a region of flash: a slot for an image, or an area for records. Copies are of the same flash.
///
/// An operation that fails says so once, in ``hasFailed``; nothing is asked of it after that, until it is started again.
public protocol FlashRegion {
  /// Bytes in all, a multiple of ``blockBytes``.
  var capacity: UInt64 { get }
  /// Bytes of an erase block: a power of two, 256 or more.
  var blockBytes: UInt32 { get }
  /// Bytes that are written at once at least: a power of two, at most 256.
  var writeBytes: UInt32 { get }
  /// Whether an operation has failed.
  var hasFailed: Bool { get }

  /// Reads bytes that lie within the region, at most 256, into the start of a page.
  func read(_ offset: UInt64, _ count: Int, into page: inout InlineArray<256, UInt8>)
  /// One byte, which lies within the region.
  func byte(_ offset: UInt64) -> UInt8
  /// Erases the block that begins at an offset; its bytes are then 0xFF.
  func erase(_ offset: UInt64)
  /// Writes at most 256 bytes, a multiple of ``writeBytes``, which do not cross a 256-byte page, to where the region is
  /// erased.
  func write(_ offset: UInt64, _ bytes: Span<UInt8>)
}

extension FlashRegion {
  /// Byte by byte: most flash is read so.
  public func read(_ offset: UInt64, _ count: Int, into page: inout InlineArray<256, UInt8>) {
    for index in 0..<min(count, 256) { page[index] = byte(offset &+ UInt64(index)) }
  }
}

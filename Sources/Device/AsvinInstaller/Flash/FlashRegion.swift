/// A handle to a region of flash: a slot for an image, or an area for records. Copies refer to the same flash.
///
/// ``hasFailed`` reports that a write or an erase has failed. Nothing is read, written or erased after that until a new
/// handle is created. A read that fails does not count as a failure, because on flash with an error-correcting code a
/// loss of power during a write leaves a word that cannot be read until it is erased.
public protocol FlashRegion {
  /// Bytes in all, a multiple of ``blockBytes``.
  var capacity: UInt64 { get }
  /// Bytes of an erase block: a power of two, 512 or more.
  var blockBytes: UInt32 { get }
  /// The smallest number of bytes that is written at once: a power of two, at most 512.
  var writeBytes: UInt32 { get }
  /// Whether a write or an erase has failed.
  var hasFailed: Bool { get }

  /// Fills memory, of at most 256 bytes, with bytes of the region.
  ///
  /// - Returns: whether all of them could be read.
  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool
  /// One byte of the region, or any value where it cannot be read; its use is checked later.
  func byte(_ offset: UInt64) -> UInt8
  /// Erases the block that begins at an offset; its bytes are then 0xFF, or zeros on some flash.
  func erase(_ offset: UInt64)
  /// Writes at most 512 bytes, a multiple of ``writeBytes``, which do not cross a 512-byte page, to where the region is
  /// erased. Where they are fewer than ``writeBytes``, a record, the region writes any bytes after them.
  func write(_ offset: UInt64, _ bytes: Span<UInt8>)
}

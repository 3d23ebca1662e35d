/// The three areas of flash that a patch is applied with in place.
public enum FlashArea: UInt8, Sendable {
  /// Holds the base, then the result.
  case slot
  /// Holds a window while it is copied to the slot: as many blocks as the patch's header says.
  case spare
  /// Holds two states, each from an erase block's start on: ``PatchJournal/halfBytes(_:)`` for each.
  case checkpoint
}

/// A handle to flash. Copies are of the same flash.
///
/// An operation that fails says so once, in ``hasFailed``; nothing is asked of it after that, until it is started again.
public protocol PatchFlash {
  /// One byte of an area.
  func byte(_ area: FlashArea, at offset: UInt32) -> UInt8
  /// Erases the block that begins at an offset; its bytes are then 0xFF.
  func erase(_ area: FlashArea, at offset: UInt32)
  /// Writes at most 256 bytes, which do not cross a 256-byte page, to where the area is erased.
  func write(_ area: FlashArea, at offset: UInt32, _ bytes: Span<UInt8>)
  /// Whether an operation has failed.
  var hasFailed: Bool { get }
}

/// The base: what stands in the slot.
public struct SlotBase<Flash: PatchFlash>: ByteStore {
  let flash: Flash
  /// Bytes of the base.
  public let count: UInt32

  /// The base in a slot.
  public init(_ flash: Flash, count: UInt32) { (self.flash, self.count) = (flash, count) }

  /// A byte of the slot.
  public func byte(at offset: UInt32) -> UInt8 { flash.byte(.slot, at: offset) }
}

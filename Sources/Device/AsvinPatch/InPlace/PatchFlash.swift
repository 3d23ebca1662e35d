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
/// A write or an erase that fails is reported in ``hasFailed``; nothing is asked of the flash after that, until it is
/// started again.
public protocol PatchFlash {
  /// Bytes of an erase block, in all areas.
  var blockBytes: UInt32 { get }
  /// Bytes of an area.
  func capacity(_ area: FlashArea) -> UInt32
  /// One byte of an area; any value where it cannot be read, as after a cut write on flash with an error-correcting code.
  func byte(_ area: FlashArea, at offset: UInt32) -> UInt8
  /// Erases the block that begins at an offset; its bytes are then 0xFF.
  func erase(_ area: FlashArea, at offset: UInt32)
  /// Writes at most 256 bytes, which do not cross a 256-byte page, to where the area is erased.
  func write(_ area: FlashArea, at offset: UInt32, _ bytes: Span<UInt8>)
  /// Whether a write or an erase has failed.
  var hasFailed: Bool { get }
}

extension PatchHeader {
  /// Whether a device's flash is what the patch was made for: its erase blocks, and areas with room for the windows, the
  /// checkpoint, the base and the result.
  public func fits<Flash: PatchFlash>(_ flash: Flash, result: UInt32, base: UInt32) -> Bool {
    guard let inPlace, flash.blockBytes == 1 &<< inPlace.blockBits else { return false }
    return flash.capacity(.slot) >= max(result, base) && flash.capacity(.spare) >= inPlace.windowBytes
      && UInt64(flash.capacity(.checkpoint)) >= UInt64(checkpointBytes)
  }
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

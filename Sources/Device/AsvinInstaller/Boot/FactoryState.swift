/// The state of a device when it left the factory, and how it tries updates.
public struct FactoryState: Sendable {
  /// The rollback floor. It always holds: a record, or a region that was erased, does not lower it. A later firmware or
  /// a hardware counter may raise it.
  public let floor: UInt64
  /// The sequence number of the factory's image.
  public let sequence: UInt64
  /// The slot that a bootloader starts where there is no record.
  public let slot: UInt32
  /// How often an update is started before it is reverted, unless it is confirmed. At least 1.
  public let trialStarts: UInt32

  /// A device as it left the factory. The default is three starts, so that a loss of power in the first one does not
  /// revert an update.
  public init(floor: UInt64 = 0, sequence: UInt64 = 0, slot: UInt32 = 0, trialStarts: UInt32 = 3) {
    (self.floor, self.sequence, self.slot, self.trialStarts) = (floor, sequence, slot, trialStarts)
  }
}

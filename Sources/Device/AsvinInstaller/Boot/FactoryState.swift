/// The state of a device when it left the factory, and how it tries updates.
public struct FactoryState: Sendable {
  /// The lowest rollback floor. Neither a record nor an erased region makes the floor lower. A later firmware or a
  /// hardware counter may raise it.
  public let floor: UInt64
  /// The sequence number of the factory's image.
  public let sequence: UInt64
  /// The slot that a bootloader starts if there is no record.
  public let slot: UInt32
  /// The number of starts after which an update that was not confirmed is reverted. At least 1.
  public let trialStarts: UInt32

  /// Creates the state of a device when it left the factory. The default of three starts keeps an update that loses
  /// power in its first start.
  public init(floor: UInt64 = 0, sequence: UInt64 = 0, slot: UInt32 = 0, trialStarts: UInt32 = 3) {
    (self.floor, self.sequence, self.slot, self.trialStarts) = (floor, sequence, slot, trialStarts)
  }
}

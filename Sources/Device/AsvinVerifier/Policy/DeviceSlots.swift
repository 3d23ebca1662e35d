/// The slots of a device, as bits: bit n for slot n. No device has a slot of 32 or more.
public struct DeviceSlots: Equatable, Sendable {
  /// Every slot that the device has. A release for any other slot is refused.
  let all: UInt32
  /// The slots that every release must contain. A release that lacks one of them is refused.
  let needed: UInt32

  /// Creates the slots of a device. A release lists every component of its class. Therefore all slots are needed by
  /// default.
  public init(_ all: UInt32, needed: UInt32? = nil) {
    self.all = all
    self.needed = needed ?? all
  }

  /// Adds the slot of a component to `found`. Returns whether the device has that slot.
  func has(_ slot: UInt64, in found: inout UInt32) -> Bool {
    guard slot < 32 else { return false }
    let bit = 1 as UInt32 &<< UInt32(truncatingIfNeeded: slot)
    found |= bit
    return all & bit != 0
  }
}

extension DevicePolicy {
  /// Adds the slot of a component to `found`. Returns whether the device has that slot, or does not check slots.
  func has(_ slot: UInt64, in found: inout UInt32) -> Bool {
    guard case .required(let slots) = slots else { return true }
    return slots.has(slot, in: &found)
  }

  /// Whether the slots that were found include all that a release must contain.
  func isComplete(_ found: UInt32) -> Bool {
    guard case .required(let slots) = slots else { return true }
    return slots.needed & ~found == 0
  }
}

/// The slots of a device, as bits: bit n for slot n. No device has a slot of 32 or more.
public struct DeviceSlots: Equatable, Sendable {
  /// Every slot that the device has: a release for any other one is refused.
  let all: UInt32
  /// The slots that a release must have: one that lacks any of them is refused.
  let needed: UInt32

  /// The slots of a device. A release lists every component of its class, so that all of them are needed unless fewer are
  /// named.
  public init(_ all: UInt32, needed: UInt32? = nil) {
    self.all = all
    self.needed = needed ?? all
  }

  /// Notes a component's slot; whether the device has it.
  func has(_ slot: UInt64, in found: inout UInt32) -> Bool {
    guard slot < 32 else { return false }
    let bit = 1 as UInt32 &<< UInt32(truncatingIfNeeded: slot)
    found |= bit
    return all & bit != 0
  }
}

extension DevicePolicy {
  /// Whether the device has the slot of a component, which is noted.
  func has(_ slot: UInt64, in found: inout UInt32) -> Bool {
    guard case .required(let slots) = slots else { return true }
    return slots.has(slot, in: &found)
  }

  /// Whether the slots that were noted are all that a release must have.
  func isComplete(_ found: UInt32) -> Bool {
    guard case .required(let slots) = slots else { return true }
    return slots.needed & ~found == 0
  }
}

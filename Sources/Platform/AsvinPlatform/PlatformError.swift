/// Why the platform does not do what it is asked for.
package enum PlatformError: Error, Equatable, Sendable {
  /// There is no such thing in the workspace. Another workspace's is as absent as one that never was.
  case notFound(Kind)
  /// The name is taken.
  case nameTaken(Kind)
  /// A rollout is not in a phase from which it can do that.
  case wrongPhase(Rollout.Phase)
  /// A group's devices have been sent a release with this sequence number; an earlier one is published anew to go back.
  case sequenceNotAbove(UInt64)
  /// Another release of the class has this sequence number.
  case sequenceTaken(UInt64)
  /// A rollout goes to no group.
  case noGroups
  /// None of the devices in a rollout's groups can take its firmware: their number.
  case noDevice(Int)
  /// The rollout is over: what it began ends.
  case over(Rollout.Phase)
  /// The rollout has nothing for the device now.
  case held(Hold)
  /// Something is in use, and is not taken away.
  case inUse(Kind)
  /// A text or number is not one that the rules allow.
  case invalid(String)

  /// The kinds of things.
  package enum Kind: String, Sendable {
    case workspace, device, deviceGroup = "device group", fileGroup = "file group", firmware, rollout, upload, token,
      account, deviceKey = "device key"
  }

  /// Why a rollout that is not over has nothing for a device.
  package enum Hold: String, Sendable {
    case planned = "the rollout has not started"
    case paused = "the rollout is paused"
    case stopped = "the rollout has stopped: too many devices failed"
    case disabled = "the rollout is disabled for the device"
    case notInGroups = "the device is not in the groups of the rollout"
    case notOffered = "no rollout offers this firmware to the device"
    case blacklisted = "the device is blacklisted"
  }
}

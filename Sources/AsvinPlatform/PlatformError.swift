/// Why the platform does not do what it is asked for.
public enum PlatformError: Error, Equatable, Sendable {
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
  /// Something is in use, and is not taken away.
  case inUse(Kind)
  /// A text or number is not one that the rules allow.
  case invalid(String)

  /// The kinds of things.
  public enum Kind: String, Sendable {
    case workspace, device, deviceGroup = "device group", fileGroup = "file group", firmware, rollout, upload, token,
      account
  }
}

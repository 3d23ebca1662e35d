package import AsvinPlatformAPI

/// Why the rules refuse a request.
package enum PlatformError: Error, Equatable, Sendable {
  /// The workspace has no such entity. Entities of other workspaces are treated as absent.
  case notFound(Kind)
  case nameTaken(Kind)
  /// The action is not possible in this phase of the rollout.
  case wrongPhase(Phase)
  /// The author of a plan cannot approve it.
  case ownApproval
  /// A token that was created after the plan cannot approve it.
  case newApprover
  /// The rollout needs the approval of a second person first.
  case notApproved
  /// A release with this sequence number was started for the group. To go back, publish the older firmware with a higher
  /// sequence number.
  case sequenceNotAbove(UInt64)
  /// Another release of the class has this sequence number.
  case sequenceTaken(UInt64)
  /// A rollout needs at least one device group.
  case noGroups
  /// None of this number of devices in the rollout's groups can use its firmware.
  case noDevice(Int)
  /// The rollout has ended. The device discards what it fetched.
  case over(Phase)
  /// The rollout has nothing for the device at the moment.
  case held(Hold)
  /// The entity is in use and cannot be removed.
  case inUse(Kind)
  /// What is in use cannot be removed: why, and what to do first.
  case blocked(String, String)
  /// The firmware was withdrawn.
  case withdrawn
  /// The device replaced its key a short time ago, and may again after this number of seconds.
  case keyChanged(after: Int64)
  /// A limit is reached. The text names it.
  case tooMany(String)
  /// What is asked for is switched off, or its permit has ended.
  case closed(Closed)
  /// A text or a number is not allowed.
  case invalid(String)

  /// The kinds of entities.
  package enum Kind: String, Sendable {
    case workspace, device, deviceGroup = "device group", fileGroup = "file group", firmware, rollout, upload, token,
      account, deviceKey = "device key", customerKey = "customer key", webhook,
      enrolmentToken = "enrolment token", expectedDevice = "expected device", user, session
  }

  /// Why a client or an enrolment is refused that has a known key or token.
  package enum Closed: String, Sendable {
    case asvinClients = "the API of asvin's clients is switched off in this workspace"
    case customerKey = "enrolment with the customer key is switched off in this workspace"
    case token = "the enrolment token has expired, or was revoked"
    case usedUp = "the enrolment token has enrolled as many devices as it may"
    case otherDevice = "the enrolment token is for another device"
    case otherKey = "the device is expected with another key"
  }

  /// Why a rollout that has not ended has nothing for a device.
  package enum Hold: String, Sendable {
    case planned = "the rollout has not started"
    case paused = "the rollout is paused"
    case stopped = "the rollout has stopped: too many devices failed"
    case disabled = "the rollout is disabled for the device"
    case notInGroups = "the device is not in the groups of the rollout"
    case queued = "the device waits for its turn in the rollout"
    case notOffered = "no rollout offers this firmware to the device"
    case blacklisted = "the device is blacklisted"
  }
}

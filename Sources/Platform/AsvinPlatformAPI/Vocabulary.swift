// The words of the platform, declared once: messages, rules, store and programs use these enumerations. The raw values are
// parts of the API.

/// The permissions of a token's owner in a workspace.
package enum Role: String, Codable, CaseIterable, Sendable {
  /// Reads everything and changes nothing.
  case viewer
  /// Publishes firmware.
  case publisher
  /// Moves devices and controls rollouts.
  case `operator`
  /// Does everything, including the management of tokens and file groups.
  case admin
}

/// A language of the pages.
package enum PageLanguage: String, Codable, CaseIterable, Sendable {
  case en, de
}

/// Where a device is in the fleet.
package enum DevicePlacement: String, Codable, CaseIterable, Sendable {
  /// It has registered and waits for an operator.
  case lobby
  /// It gets the rollouts of its group.
  case grouped
  /// It was removed from a group.
  case ungrouped
  /// It is known and gets nothing.
  case blacklisted
}

/// How a rollout spreads.
package enum Priority: String, Codable, CaseIterable, Sendable {
  /// In waves.
  case batch
  /// To every device at once; other rollouts are disabled in its groups.
  case immediately
}

/// The event that counts as success in a rollout.
package enum SuccessCriterion: String, Codable, CaseIterable, Sendable {
  /// The device runs the firmware after its next start.
  case confirmed
  /// The device has written the firmware. asvin's clients report nothing more.
  case installed
}

/// The phase of a rollout.
package enum Phase: String, Codable, CaseIterable, Sendable {
  /// It waits for its time or for an operator.
  case planned
  /// Devices are offered its firmware.
  case running
  /// Paused by an operator: no device begins or fetches, but devices that confirm still count.
  case paused
  /// Paused by itself, because the failure threshold was reached.
  case stopped
  /// Every device has reached a final state, or an operator ended it.
  case finished
  /// Aborted by an operator, or because it could not start at its time.
  case aborted
  /// Its deadline passed before every device had reached a final state.
  case expired

  /// Whether the rollout offers nothing any more.
  package var isEnded: Bool { self == .finished || self == .aborted || self == .expired }
}

/// The state of a device in a rollout.
package enum RecordState: String, Codable, CaseIterable, Sendable {
  /// It was offered the firmware and has not begun.
  case offered
  /// It is fetching the firmware.
  case downloading
  /// It has written the firmware and has not confirmed it.
  case installed
  /// It runs the firmware.
  case confirmed
  /// It failed and may not try again.
  case failed
  /// It already had the firmware.
  case skipped
  /// It has not been heard of for as long as the rollout waits. It gets the firmware when it is back.
  case stalled
  /// It has postponed the update, or may try again; it waits for a place in the open wave.
  case queued

  /// Whether the device has nothing more to do.
  package var isFinal: Bool { self == .confirmed || self == .failed || self == .skipped }

  /// Whether the device has the firmware of the rollout.
  package var isInstalled: Bool { self == .installed || self == .confirmed || self == .skipped }

  /// Whether the time for the state is limited.
  package var isTimed: Bool { self == .offered || self == .downloading || self == .installed }

  /// Whether the device may run the firmware without having reported that.
  package var mayBeInstalled: Bool { isInstalled || self == .downloading || self == .stalled }
}

/// The events that a device reports about a rollout.
package enum DeviceEvent: String, Codable, CaseIterable, Sendable {
  /// It is fetching the firmware.
  case downloading
  /// It has written the firmware.
  case installed
  /// It has started with the firmware and works.
  case confirmed
  /// It could not install the firmware, or the firmware does not work.
  case failed
  /// It already had the firmware.
  case skipped
  /// It is busy, and asks again after a number of seconds.
  case postponed
}

/// How stalled devices count in a rollout.
package enum StalledRule: String, Codable, CaseIterable, Sendable {
  /// As failed devices: towards the failure threshold of the open wave.
  case failure
  /// As if the rollout had not admitted them: another device gets the place.
  case ignored
}

/// A day of the week.
package enum Weekday: String, Codable, CaseIterable, Sendable {
  case mon, tue, wed, thu, fri, sat, sun
}

/// The kind of a payload.
package enum PayloadForm: String, Codable, CaseIterable, Sendable {
  case image
  /// A patch of the image that the device runs.
  case patch
  /// The compressed image: a patch of the empty base.
  case compressed
}

/// The actions in the audit log.
package enum AuditAction: String, CaseIterable, Sendable {
  case enrolDevice = "device.enrol"
  case changeDeviceClass = "device.class"
  case moveToLobby = "device.lobby"
  case moveToGroup = "device.grouped"
  case removeFromGroup = "device.ungrouped"
  case blacklistDevice = "device.blacklisted"
  case deleteDevice = "device.delete"
  case labelDevice = "device.label"
  case tagDevice = "device.tag"
  case expectDevice = "device.expect"
  case forgetDevice = "device.forget"
  case createDeviceGroup = "device-group.create"
  case createFileGroup = "file-group.create"
  case changeFileGroup = "file-group.change"
  case publishFirmware = "firmware.publish"
  case withdrawFirmware = "firmware.withdraw"
  case deleteFirmware = "firmware.delete"
  case deleteFileGroup = "file-group.delete"
  case changeDeviceGroup = "device-group.change"
  case deleteDeviceGroup = "device-group.delete"
  case deleteRollout = "rollout.delete"
  case changePlacementRules = "workspace.placement-rules"
  case changeRetention = "workspace.retention"
  case collectObjects = "workspace.collect"
  case planRollout = "rollout.plan"
  case startRollout = "rollout.start"
  case pauseRollout = "rollout.pause"
  case resumeRollout = "rollout.resume"
  case finishRollout = "rollout.finish"
  case abortRollout = "rollout.abort"
  case enableRollout = "rollout.enable"
  case disableRollout = "rollout.disable"
  /// The rollout opened its next wave.
  case openWave = "rollout.wave"
  /// The rollout reached its failure threshold.
  case stopRollout = "rollout.stop"
  /// The deadline of the rollout passed.
  case expireRollout = "rollout.expire"
  /// Devices of the rollout were not heard of for too long.
  case stallDevices = "rollout.stall"
  /// Devices that failed or stalled may try again.
  case retryRollout = "rollout.retry"
  /// A second person approved the rollout.
  case approveRollout = "rollout.approve"
  case createToken = "token.create"
  case deleteToken = "token.delete"
  case createUser = "user.create"
  /// The user has set a password.
  case setPassword = "user.password"
  /// A link lets the user set a password.
  case inviteUser = "user.invite"
  case changeRole = "user.role"
  case deleteUser = "user.delete"
  case signIn = "user.sign-in"
  case signOut = "user.sign-out"
  case createWorkspace = "workspace.create"
  case addDeviceKey = "workspace.device-key-add"
  case removeDeviceKey = "workspace.device-key-remove"
  case rotateCustomerKey = "workspace.customer-key-rotate"
  case endFormerKeys = "workspace.former-keys-end"
  case changeSettings = "workspace.settings"
  case createEnrolmentToken = "enrolment-token.create"
  case deleteEnrolmentToken = "enrolment-token.delete"
  /// The device has another key from now on.
  case replaceDeviceKey = "device.key"
  case createAccount = "account.create"
  case changePassword = "account.password"
  case deleteAccount = "account.delete"
  /// The platform was restored from a backup.
  case restorePlatform = "platform.restore"
  case beginUpload = "upload.begin"
  case deleteUpload = "upload.delete"
  /// The upload was abandoned.
  case expireUpload = "upload.expire"
  case createWebhook = "webhook.create"
  case deleteWebhook = "webhook.delete"
  case resumeWebhook = "webhook.resume"
  /// Three attempts to deliver an event have failed.
  case failWebhook = "webhook.fail"
  /// An event was delivered after that.
  case recoverWebhook = "webhook.recover"
  /// Delivery has failed for a day, and ends.
  case suspendWebhook = "webhook.suspend"
  /// Devices have not completed a rollout a week after its start.
  case fallBehind = "device.behind"
  /// Entries were removed because of their age.
  case pruneAudit = "audit.prune"

  /// The actions that the event feed and webhooks report.
  package static let events: [AuditAction] = [
    .enrolDevice, .fallBehind, .publishFirmware, .startRollout, .openWave, .stopRollout, .finishRollout, .abortRollout,
    .expireRollout, .stallDevices,
    .failWebhook, .recoverWebhook, .suspendWebhook,
  ]

  package var isEvent: Bool { Self.events.contains(self) }

  /// The action of moving a device.
  package init(movingTo placement: DevicePlacement) {
    self =
      switch placement {
      case .lobby: .moveToLobby
      case .grouped: .moveToGroup
      case .ungrouped: .removeFromGroup
      case .blacklisted: .blacklistDevice
      }
  }
}

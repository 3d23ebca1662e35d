package import AsvinManifest

/// Reads of one workspace.
package protocol ReadTransaction: ListReading, KeepingReading, UserReading {
  func device(_ id: ID<Device>) throws -> Device?
  func device(_ name: DeviceName) throws -> Device?
  func deviceGroup(_ id: ID<DeviceGroup>) throws -> DeviceGroup?
  func deviceGroup(named name: String) throws -> DeviceGroup?
  /// Returns the number of devices of an audience in a group.
  func members(of group: ID<DeviceGroup>, _ audience: Audience) throws -> Int

  func fileGroup(_ id: ID<FileGroup>) throws -> FileGroup?
  func fileGroup(named name: String) throws -> FileGroup?
  func firmware(_ id: ID<Firmware>) throws -> Firmware?
  func firmwareCount(of group: ID<FileGroup>) throws -> Int
  /// Returns the firmware of a group that has a bundle digest.
  func firmware(bundle: Digest, in group: ID<FileGroup>) throws -> Firmware?
  /// Returns the firmware of a class that has a sequence number.
  func firmware(of deviceClass: Identifier, sequence: UInt64) throws -> Firmware?
  /// Returns the first firmware whose image has a content id.
  func firmware(contentID: String) throws -> Firmware?
  /// Whether a rollout uses firmware.
  func isUsed(_ firmware: ID<Firmware>) throws -> Bool

  func rollout(_ id: ID<Rollout>) throws -> Rollout?
  /// Whether a rollout of the workspace runs.
  func isRollingOut() throws -> Bool
  /// Returns the running, paused and stopped rollouts to a group, the one started last first.
  func activeRollouts(of group: ID<DeviceGroup>) throws -> [Rollout]
  /// Returns the rollouts to a group that may have something for a device: running, paused or stopped, not disabled, with
  /// an order above one; the one started last first.
  func openRollouts(of group: ID<DeviceGroup>, above order: Int64) throws -> [Rollout]
  /// Returns the running, paused and stopped rollouts in which a device has a record.
  func activeRollouts(withRecordOf device: ID<Device>) throws -> [Rollout]
  /// Returns the rollouts of an image by its content id, the one started last first.
  func rollouts(bringing contentID: String) throws -> [Rollout]
  /// Returns the rollouts of a release, by the SHA-256 of its manifest, in which a device has a record; the one started
  /// last first.
  func rollouts(bringing release: Digest, to device: ID<Device>) throws -> [Rollout]
  /// Returns the planned rollouts that are due, in the order of their times. It returns ids, so that a damaged rollout does
  /// not prevent the others.
  func dueRollouts(at now: Instant) throws -> [ID<Rollout>]
  /// Returns the running, paused and stopped rollouts, by their ids.
  func startedRollouts() throws -> [ID<Rollout>]
  /// Returns the devices of a rollout that are updating and become stalled at a running time, in the order of their times.
  func overdueDevices(of rollout: ID<Rollout>, at elapsed: Int64, limit: Int) throws -> [ID<Device>]
  /// Returns the release with the highest sequence number of the firmware's class that was started for one of the groups.
  func highestRelease(of firmware: Firmware, to groups: Set<ID<DeviceGroup>>) throws -> StartedRelease?

  /// Returns the number of devices that made contact since a time, and whose stored contact is older.
  func recentContacts(since time: Instant) -> Int

  func record(_ rollout: ID<Rollout>, _ device: ID<Device>) throws -> DeviceRecord?
  /// Returns a page of a rollout's records in the order of the devices' ids.
  func records(of rollout: ID<Rollout>, after device: ID<Device>?, limit: Int) throws -> [(ID<Device>, DeviceRecord)]
  /// Returns the rollouts in which a device has not confirmed the firmware and may still run it.
  func unconfirmedRollouts(of device: ID<Device>) throws -> [ID<Rollout>]
  /// Returns the highest ``Rollout/order`` of the rollouts in which a device is installed, confirmed or skipped; 0 for
  /// none.
  func newestOrder(of device: ID<Device>) throws -> Int64
  /// Returns the rollout with an ``Rollout/order``.
  func rollout(order: Int64) throws -> Rollout?

  func uploads() throws -> [Upload]
  func upload(_ id: ID<Upload>) throws -> Upload?
  /// Returns the upload of a bundle to a group.
  func upload(of digest: Digest, to group: ID<FileGroup>) throws -> Upload?
  func accessToken(_ id: ID<AccessToken>) throws -> AccessToken?
  /// Returns a page of the accounts in the order of their addresses.
  func accounts(after email: String?, limit: Int) throws -> [Account]
  func customerKeys() throws -> CustomerKeys
  func settings() throws -> WorkspaceSettings
  func enrolmentToken(_ id: ID<EnrolmentToken>) throws -> EnrolmentToken?
  /// Returns the tokens that enrol nothing more since a time, the oldest first.
  func endedEnrolmentTokens(since limit: Instant) throws -> [EnrolmentToken]
  /// Returns what is expected of a device of a name.
  func expectedDevice(_ name: DeviceName) throws -> ExpectedDevice?
  func expectedDevice(_ id: ID<ExpectedDevice>) throws -> ExpectedDevice?
  func expectedDeviceCount() throws -> Int
  /// Returns the newest entry of the audit log.
  func lastAuditEntry() throws -> AuditEntry?
  /// Returns a page of the audit log.
  func auditEntries(after number: Int64, limit: Int) throws -> [AuditEntry]
  /// Returns the last entry that was removed from the audit log; `nil` if none was.
  func auditBase() throws -> AuditBase?
  /// Returns how many entries devices have added, by action.
  func auditShares() throws -> [AuditShare]
  func auditShare(of action: String) throws -> AuditShare?
  /// Returns a page of the entries whose action is an event.
  func events(after number: Int64, limit: Int) throws -> [AuditEntry]
  func webhooks() throws -> [Webhook]
  func webhook(_ id: ID<Webhook>) throws -> Webhook?
  /// Returns the running, paused and stopped rollouts that were started before a time and are not reported as late.
  func lateRollouts(startedBefore time: Instant, limit: Int) throws -> [Rollout]
}

package import AsvinManifest
package import AsvinPlatformAPI

/// Reads and writes of one workspace. `add` assigns an id; `put` replaces an entity.
package protocol WriteTransaction: ReadTransaction, ListWriting, KeepingWriting, UserWriting {
  func add(_ device: Device) throws -> Device
  func add(_ group: DeviceGroup) throws -> DeviceGroup
  func add(_ group: FileGroup) throws -> FileGroup
  func add(_ firmware: Firmware) throws -> Firmware
  func add(_ rollout: Rollout) throws -> Rollout
  func add(_ upload: Upload) throws -> Upload
  func add(_ token: AccessToken) throws -> AccessToken
  /// A number that changes when a row changes.
  var changes: Int { get }
  /// The workspace of the transaction.
  var workspaceID: ID<Workspace> { get }
  /// The sender of the request that the transaction serves; `nil` for the platform's own work.
  var origin: AuditOrigin? { get }
  /// Adds an entry to the audit log. ``record(_:_:_:by:at:)`` makes it.
  func append(_ entry: AuditEntry) throws
  /// Stores how many entries devices have added.
  func put(_ share: AuditShare) throws
  func add(_ webhook: Webhook) throws -> Webhook
  func put(_ webhook: Webhook) throws
  func remove(_ webhook: ID<Webhook>) throws
  /// Notes that a rollout was reported as late.
  func noteLate(_ rollout: ID<Rollout>) throws
  /// Removes the oldest entries of the audit log, up to that of a signed base. The newest entry stays.
  ///
  /// - Returns: the number of entries removed, at most ``PlatformLimit/prunedEntries``.
  func pruneAudit(to base: AuditBase) throws -> Int
  func remove(_ upload: ID<Upload>) throws
  /// Revokes a token.
  func remove(_ token: ID<AccessToken>) throws
  func put(_ device: Device) throws
  func put(_ group: FileGroup) throws
  func put(_ group: DeviceGroup) throws
  func put(_ rollout: Rollout) throws
  /// Adds or replaces the record of a device in a rollout.
  func put(_ record: DeviceRecord, _ rollout: ID<Rollout>, _ device: ID<Device>) throws
  /// Changes the number of devices of an audience in a group, and the number of all its devices.
  func addMembers(_ number: Int, _ audience: Audience, to group: ID<DeviceGroup>) throws
  /// Counts a rollout's records again: those of legacy devices, and of devices of a class, in its active groups.
  ///
  /// - Returns: the tally, and the number of forgiven failures.
  func recount(_ rollout: Rollout, deviceClass: Identifier?) throws -> (tally: RolloutTally, forgiven: Int)
  /// Writes down when a token was used.
  func markUsed(_ token: ID<AccessToken>, at now: Instant) throws
  /// Adds an account.
  ///
  /// - Throws: ``PlatformError/nameTaken(_:)`` if the address has an account in any workspace.
  func add(_ account: Account) throws
  /// Replaces the password of an account.
  ///
  /// - Throws: ``PlatformError/notFound(_:)``.
  func put(_ account: Account) throws
  /// Removes an account by its address.
  ///
  /// - Throws: ``PlatformError/notFound(_:)``.
  func remove(account email: String) throws
  func put(_ keys: CustomerKeys) throws
  /// Queues the devices of a rollout that failed or stalled, with all of their retries. The tally does not change.
  ///
  /// - Returns: the number of devices.
  func requeue(_ rollout: ID<Rollout>, at now: Instant) throws -> Int
  func put(_ settings: WorkspaceSettings) throws
  func add(_ token: EnrolmentToken) throws -> EnrolmentToken
  /// Notes the contact of a device. ``PlatformStore/saveContacts()`` writes it later, so that a poll without other news writes
  /// nothing.
  func noteContact(_ device: Device, at now: Instant)
  /// Stores when devices made contact last. Devices that do not exist any more are left out.
  func setSeen(_ contacts: [(device: ID<Device>, seen: Instant)]) throws
  /// Replaces the number of uses of a token, and the time of the last one.
  func put(_ token: EnrolmentToken) throws
  /// Revokes a token.
  func remove(_ token: ID<EnrolmentToken>) throws
  func add(_ device: ExpectedDevice) throws -> ExpectedDevice
  func remove(_ device: ID<ExpectedDevice>) throws
  /// Adds a device key after the workspace's other keys.
  ///
  /// - Throws: ``PlatformError/nameTaken(_:)`` if a workspace has the key.
  func add(deviceKey: String) throws
  /// Removes a device key of the workspace.
  ///
  /// - Throws: ``PlatformError/notFound(_:)`` if the workspace does not have the key.
  func remove(deviceKey: String) throws
  /// Removes a device and its records.
  func remove(_ device: ID<Device>) throws
  /// Returns the next ``Rollout/order``.
  func nextOrder() throws -> Int64
}

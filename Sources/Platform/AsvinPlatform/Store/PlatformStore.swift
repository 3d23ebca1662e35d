package import AsvinManifest

/// Where the platform keeps what it knows. Everything but finding a workspace is within one: a query that could see two
/// cannot be written.
package protocol PlatformStore: Sendable {
  /// A workspace by one of its device keys.
  func workspace(deviceKey: String) async throws -> Workspace?
  /// A workspace by its id.
  func workspace(_ id: ID<Workspace>) async throws -> Workspace?
  /// All workspaces, the first one made first.
  func workspaces() async throws -> [Workspace]
  /// The access that a token gives, by its digest, and to what.
  func access(_ digest: Digest) async throws -> (workspace: ID<Workspace>, token: AccessToken)?
  /// An account by its e-mail address, and its workspace.
  func account(_ email: String) async throws -> (workspace: ID<Workspace>, account: Account)?
  /// Adds an account to a workspace.
  ///
  /// - Throws: ``PlatformError/nameTaken(_:)`` where there is one of that address.
  func add(_ account: Account, to workspace: ID<Workspace>) async throws
  /// Adds a workspace, and gives it its id.
  func add(_ workspace: Workspace) async throws -> Workspace

  /// Whether any workspace lists a bundle.
  func isListed(bundle: Digest) async throws -> Bool
  /// Returns as long as the store answers.
  func ping() async throws
  /// Returns as long as the store can be written to; writes nothing.
  ///
  /// - Throws: ``ServiceFault``.
  func checkWriting() async throws

  /// Reads, from one state of the store.
  func read<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any PlatformRows) throws -> Result
  ) async throws -> Result

  /// Runs a body that mostly only reads: from one state of the store and, where it turns out to write, again as a write.
  /// What only reads waits for no disk.
  func attempt<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WritablePlatformRows) throws -> Result
  ) async throws -> Result

  /// Reads and writes, all of it or, where the body throws, nothing. No other write is seen meanwhile.
  func write<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WritablePlatformRows) throws -> Result
  ) async throws -> Result
}

/// The rows of a workspace.
package protocol PlatformRows {
  /// A device by its id.
  func device(_ id: ID<Device>) throws -> Device?
  /// A device by what it calls itself.
  func device(_ name: DeviceName) throws -> Device?
  /// Devices in the order of their ids, behind one, at most so many.
  func devices(after id: ID<Device>?, limit: Int) throws -> [Device]
  /// A device group.
  func deviceGroup(_ id: ID<DeviceGroup>) throws -> DeviceGroup?
  /// A device group by its name.
  func deviceGroup(named name: String) throws -> DeviceGroup?
  /// All device groups.
  func deviceGroups() throws -> [DeviceGroup]
  /// How many devices of an audience are in a group.
  func members(of group: ID<DeviceGroup>, _ audience: Audience) throws -> Int
  /// A file group.
  func fileGroup(_ id: ID<FileGroup>) throws -> FileGroup?
  /// A file group by its name.
  func fileGroup(named name: String) throws -> FileGroup?
  /// Firmware.
  func firmware(_ id: ID<Firmware>) throws -> Firmware?
  /// All file groups.
  func fileGroups() throws -> [FileGroup]
  /// Firmware in the order of its ids, behind one, at most so much; of a group, or of all.
  func firmware(of group: ID<FileGroup>?, after id: ID<Firmware>?, limit: Int) throws -> [Firmware]
  /// How much firmware a group has.
  func firmwareCount(of group: ID<FileGroup>) throws -> Int
  /// Firmware of a group by the digest of its bundle.
  func firmware(bundle: Digest, in group: ID<FileGroup>) throws -> Firmware?
  /// Firmware of a class by its sequence number.
  func firmware(of deviceClass: Identifier, sequence: UInt64) throws -> Firmware?
  /// Whether a rollout brings firmware.
  func isUsed(_ firmware: ID<Firmware>) throws -> Bool
  /// Firmware whose image has this name in IPFS.
  func firmware(contentID: String) throws -> Firmware?
  /// A rollout.
  func rollout(_ id: ID<Rollout>) throws -> Rollout?
  /// All rollouts, the first one made first.
  func rollouts() throws -> [Rollout]
  /// Rollouts to a group that are running or paused, the one started last first.
  func activeRollouts(of group: ID<DeviceGroup>) throws -> [Rollout]
  /// Rollouts to a group that may have something for a device: running or paused, not disabled, with an order above one;
  /// the one started last first.
  func openRollouts(of group: ID<DeviceGroup>, above order: Int64) throws -> [Rollout]
  /// Rollouts that are running or paused and that a device has a part in.
  func activeRollouts(withRecordOf device: ID<Device>) throws -> [Rollout]
  /// Rollouts that bring an image with this name in IPFS, the one started last first.
  func rollouts(bringing contentID: String) throws -> [Rollout]
  /// Rollouts that bring a release, by the SHA-256 of its manifest, and that a device has a part in; the one started last
  /// first.
  func rollouts(bringing release: Digest, to device: ID<Device>) throws -> [Rollout]
  /// Planned rollouts whose time has come, in the order of their times. Their ids only, so that one whose row is damaged does
  /// not keep the others.
  func dueRollouts(at now: Instant) throws -> [ID<Rollout>]
  /// The highest sequence number of a release for a class that was started for one of these groups, and which release.
  func highestRelease(of firmware: Firmware, to groups: Set<ID<DeviceGroup>>) throws -> Firmware.Release?
  /// A device's part in a rollout.
  func record(_ rollout: ID<Rollout>, _ device: ID<Device>) throws -> DeviceRecord?
  /// The parts of a rollout's devices in the order of their ids, behind one, at most so many.
  func records(of rollout: ID<Rollout>, after device: ID<Device>?, limit: Int) throws -> [(ID<Device>, DeviceRecord)]
  /// The rollouts that a device has a part in, over or not.
  func rolloutsWithRecord(of device: ID<Device>) throws -> [Rollout]
  /// The rollouts whose firmware a device was offered, fetches or has written, and has not been seen to run.
  func unconfirmedRollouts(of device: ID<Device>) throws -> [ID<Rollout>]
  /// The highest ``Rollout/order`` among the rollouts whose firmware a device has written, runs, or had already; or 0.
  func newestOrder(of device: ID<Device>) throws -> Int64
  /// All uploads that were begun.
  func uploads() throws -> [Upload]
  /// An upload.
  func upload(_ id: ID<Upload>) throws -> Upload?
  /// An upload of the same bundle to the same group.
  func upload(of digest: Digest, to group: ID<FileGroup>) throws -> Upload?
  /// All tokens.
  func accessTokens() throws -> [AccessToken]
  /// The newest entry of the audit log.
  func lastAuditEntry() throws -> AuditEntry?
  /// Entries of the audit log behind one, at most so many.
  func auditEntries(after number: Int64, limit: Int) throws -> [AuditEntry]
}

/// The rows of a workspace, to be written.
package protocol WritablePlatformRows: PlatformRows {
  /// Adds a row, and gives it its id.
  func add(_ device: Device) throws -> Device
  /// As ``add(_:)-1`` for a device group.
  func add(_ group: DeviceGroup) throws -> DeviceGroup
  /// As ``add(_:)-1`` for a file group.
  func add(_ group: FileGroup) throws -> FileGroup
  /// As ``add(_:)-1`` for firmware.
  func add(_ firmware: Firmware) throws -> Firmware
  /// As ``add(_:)-1`` for a rollout.
  func add(_ rollout: Rollout) throws -> Rollout
  /// As ``add(_:)-1`` for an upload.
  func add(_ upload: Upload) throws -> Upload
  /// As ``add(_:)-1`` for a token.
  func add(_ token: AccessToken) throws -> AccessToken
  /// Adds an entry to the audit log, behind all others; nothing takes it away.
  func record(_ action: String, _ subject: String, by actor: String, at now: Instant) throws
  /// Removes an upload.
  func remove(_ upload: ID<Upload>) throws
  /// Removes a token: it is no longer good.
  func remove(_ token: ID<AccessToken>) throws
  /// Replaces a row.
  func put(_ device: Device) throws
  /// As ``put(_:)-1`` for a file group.
  func put(_ group: FileGroup) throws
  /// As ``put(_:)-1`` for a device group.
  func put(_ group: DeviceGroup) throws
  /// As ``put(_:)-1`` for a rollout.
  func put(_ rollout: Rollout) throws
  /// Adds or replaces a device's part in a rollout.
  func put(_ record: DeviceRecord, _ rollout: ID<Rollout>, _ device: ID<Device>) throws
  /// Changes how many devices of an audience a group has, and how many in all.
  func addMembers(_ number: Int, _ audience: Audience, to group: ID<DeviceGroup>) throws
  /// Counts a rollout's records anew: those of devices in its active groups that are legacy or of a class.
  ///
  /// - Returns: the tally, and how many of the failures are forgiven.
  func recount(_ rollout: Rollout, deviceClass: Identifier?) throws -> (tally: Tally, forgiven: Int)
  /// Adds a device key to the workspace, behind the others.
  ///
  /// - Throws: ``PlatformError/nameTaken(_:)`` where a workspace has it.
  func add(deviceKey: String) throws
  /// Removes a device key from the workspace.
  ///
  /// - Throws: ``PlatformError/notFound(_:)`` where it does not have it.
  func remove(deviceKey: String) throws
  /// Removes a device, and its parts in rollouts.
  func remove(_ device: ID<Device>) throws
  /// The next ``Rollout/order``.
  func nextOrder() throws -> Int64
}

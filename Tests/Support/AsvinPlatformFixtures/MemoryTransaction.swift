package import AsvinManifest
package import AsvinPlatform
package import AsvinPlatformAPI

/// A transaction in memory in one workspace.
package final class MemoryTransaction: WriteTransaction {
  package struct Tables {
    var devices: [ID<Device>: Device] = [:]
    var names: [DeviceName: ID<Device>] = [:]
    var deviceGroups: [ID<DeviceGroup>: DeviceGroup] = [:]
    var fileGroups: [ID<FileGroup>: FileGroup] = [:]
    var firmware: [ID<Firmware>: Firmware] = [:]
    var rollouts: [ID<Rollout>: Rollout] = [:]
    var records: [ID<Rollout>: [ID<Device>: DeviceRecord]] = [:]
    var uploads: [ID<Upload>: Upload] = [:]
    var accessTokens: [ID<AccessToken>: AccessToken] = [:]
    var accounts: [String: Account] = [:]
    var users: [ID<AccessToken>: User] = [:]
    var sessions: [Session] = []
    var enrolmentTokens: [ID<EnrolmentToken>: EnrolmentToken] = [:]
    var expected: [ID<ExpectedDevice>: ExpectedDevice] = [:]
    var audit: [AuditEntry] = []
    var auditBase: AuditBase?
    var webhooks: [ID<Webhook>: Webhook] = [:]
    var lateRollouts: Set<ID<Rollout>> = []
    var auditShares: [String: AuditShare] = [:]
    var lastOrder: Int64 = 0
    /// The settings of rows without a workspace.
    var settings = WorkspaceSettings()
    var members: [ID<DeviceGroup>: [Audience: Int]] = [:]
    var keptOrders: [ID<Device>: Int64] = [:]
    var ends: [ID<Rollout>: Instant] = [:]
    var retention = Retention.standard
    var rules: [PlacementRule] = []
    var tags: [ID<Device>: Set<String>] = [:]
    var attributes: [ID<Device>: Set<DeviceFilter.Attribute>] = [:]
    var failures: [ID<Rollout>: [ID<Device>: DeviceFailure]] = [:]
    var releases: [ID<DeviceGroup>: [Audience: StartedRelease]] = [:]

    package init() {}
  }

  var tables: Tables { didSet { isChanged = true } }
  private(set) var isChanged = false
  package var changes: Int { isChanged ? 1 : 0 }
  private(set) var nextID: Int64
  package let origin: AuditOrigin?
  private let contacts: RecentContacts?
  /// The workspace; `nil` for rows without one.
  var known: Workspace? { didSet { isChanged = true } }
  let foreign: Foreign
  var workspace: ID<Workspace> { known?.id ?? ID(1) }

  /// What other workspaces have, which must be unique on the platform.
  package struct Foreign {
    var deviceKeys: Set<String> = []
    var accounts: Set<String> = []
    var users: Set<String> = []

    package init() {}

    init(deviceKeys: Set<String>, accounts: Set<String>, users: Set<String>) {
      (self.deviceKeys, self.accounts, self.users) = (deviceKeys, accounts, users)
    }
  }

  package init(
    _ tables: Tables = Tables(), nextID: Int64 = 1, known: Workspace? = nil, foreign: Foreign = Foreign(),
    origin: AuditOrigin? = nil, contacts: RecentContacts? = nil
  ) {
    (self.origin, self.contacts) = (origin, contacts)
    self.tables = tables
    self.nextID = nextID
    (self.known, self.foreign) = (known, foreign)
  }

  func newID<Entity>() -> ID<Entity> {
    defer { nextID += 1 }
    return ID(nextID)
  }

  package func device(_ id: ID<Device>) -> Device? { tables.devices[id].map(seen) }
  package func device(_ name: DeviceName) -> Device? { tables.names[name].flatMap { device($0) } }

  /// A device with its last contact, stored or not.
  func seen(_ device: Device) -> Device {
    var device = device
    device.seen = contacts?.latest(of: device.id) ?? device.seen
    return device
  }

  package func recentContacts(since time: Instant) -> Int { contacts?.count(since: time, in: workspace) ?? 0 }

  package func noteContact(_ device: Device, at now: Instant) {
    contacts?.note(device, of: workspace, at: now)
  }

  package func setSeen(_ contacts: [(device: ID<Device>, seen: Instant)]) {
    for (device, seen) in contacts { tables.devices[device]?.seen = seen }
  }

  package func deviceGroup(_ id: ID<DeviceGroup>) -> DeviceGroup? { tables.deviceGroups[id] }
  package func deviceGroup(named name: String) -> DeviceGroup? { tables.deviceGroups.values.first { $0.name == name } }
  package func fileGroup(_ id: ID<FileGroup>) -> FileGroup? { tables.fileGroups[id] }
  package func fileGroup(named name: String) -> FileGroup? { tables.fileGroups.values.first { $0.name == name } }
  package func firmware(_ id: ID<Firmware>) -> Firmware? { tables.firmware[id] }
  package func firmware(contentID: String) -> Firmware? {
    let known = tables.firmware.values.filter { $0.image.contentID == contentID }.sorted { $0.id < $1.id }
    return known.first { $0.withdrawn == nil } ?? known.first
  }
  package func rollout(_ id: ID<Rollout>) -> Rollout? { tables.rollouts[id] }

  package func activeRollouts(of group: ID<DeviceGroup>) -> [Rollout] {
    tables.rollouts.values.filter { $0.phase != .planned && !$0.isEnded && $0.plan.groups.contains(group) }
      .sorted { $0.order > $1.order }
  }

  package func openRollouts(of group: ID<DeviceGroup>, above order: Int64) -> [Rollout] {
    activeRollouts(of: group).filter { !$0.isDisabled && $0.order > order }
  }

  package func isRollingOut() -> Bool {
    tables.rollouts.values.contains { $0.phase == .running && !$0.isDisabled }
  }

  package func dueRollouts(at now: Instant) -> [ID<Rollout>] {
    tables.rollouts.values.filter { $0.isDue(at: now) }.sorted { left, right in
      (left.plan.start ?? now, left.id) < (right.plan.start ?? now, right.id)
    }.map(\.id)
  }

  package func startedRollouts() -> [ID<Rollout>] {
    tables.rollouts.values.filter { $0.phase != .planned && !$0.isEnded }.map(\.id).sorted()
  }

  package func rollout(order: Int64) -> Rollout? { tables.rollouts.values.first { $0.order == order } }

  package func overdueDevices(of rollout: ID<Rollout>, at elapsed: Int64, limit: Int) -> [ID<Device>] {
    let inFlight: [RecordState] = [.offered, .downloading, .installed]
    let due = (tables.records[rollout] ?? [:]).compactMap { id, record in
      record.isCounted && inFlight.contains(record.state) ? record.due.map { (due: $0, id: id) } : nil
    }
    return due.filter { $0.due <= elapsed }.sorted { ($0.due, $0.id) < ($1.due, $1.id) }.prefix(limit).map(\.id)
  }

  package func requeue(_ rollout: ID<Rollout>, at now: Instant) -> Int {
    let states: [RecordState] = [.failed, .stalled]
    let chosen = (tables.records[rollout] ?? [:]).filter { states.contains($0.value.state) }
    for (id, record) in chosen {
      tables.records[rollout]?[id] = DeviceRecord(
        .queued, failures: 0, reason: record.reason, progress: 0, changed: now, round: record.round,
        isCounted: record.isCounted, previous: record.previous)
    }
    return chosen.count
  }

  package func failureReasons(of rollout: ID<Rollout>) -> [UInt8: Int] {
    Dictionary(grouping: (tables.records[rollout] ?? [:]).values.filter { $0.state == .failed }, by: \.reason)
      .mapValues(\.count)
  }

  package func record(_ rollout: ID<Rollout>, _ device: ID<Device>) -> DeviceRecord? {
    tables.records[rollout]?[device]
  }

  package func unconfirmedRollouts(of device: ID<Device>) -> [ID<Rollout>] {
    tables.records.filter { records in
      guard let state = records.value[device]?.state else { return false }
      return !state.isFinal
    }.keys.sorted()
  }

  package func newestOrder(of device: ID<Device>) -> Int64 {
    tables.records.filter { records in
      guard let state = records.value[device]?.state else { return false }
      return state == .installed || state == .confirmed || state == .skipped
    }.compactMap { tables.rollouts[$0.key]?.order }.reduce(tables.keptOrders[device] ?? 0, max)
  }

  package func add(_ device: Device) throws -> Device {
    guard tables.names[device.name] == nil else { throw PlatformError.nameTaken(.device) }
    var added = device
    added.id = newID()
    tables.devices[added.id] = added
    tables.names[added.name] = added.id
    return added
  }

  package func add(_ group: DeviceGroup) throws -> DeviceGroup {
    guard deviceGroup(named: group.name) == nil else { throw PlatformError.nameTaken(.deviceGroup) }
    let added = DeviceGroup(id: newID(), name: group.name, members: group.members)
    tables.deviceGroups[added.id] = added
    return added
  }

  package func add(_ group: FileGroup) throws -> FileGroup {
    guard fileGroup(named: group.name) == nil else { throw PlatformError.nameTaken(.fileGroup) }
    let added = FileGroup(id: newID(), name: group.name, trust: group.trust)
    tables.fileGroups[added.id] = added
    return added
  }

  package func add(_ firmware: Firmware) -> Firmware {
    var added = firmware
    added.id = newID()
    tables.firmware[added.id] = added
    return added
  }

  package func add(_ rollout: Rollout) -> Rollout {
    var added = rollout
    added.id = newID()
    tables.rollouts[added.id] = added
    return added
  }

  package func put(_ device: Device) {
    if tables.devices[device.id]?.seen != device.seen { contacts?.markStored(device.id, at: device.seen) }
    tables.devices[device.id] = device
  }

  package func put(_ group: FileGroup) { tables.fileGroups[group.id] = group }
  package func put(_ group: DeviceGroup) { tables.deviceGroups[group.id] = group }
  package func put(_ rollout: Rollout) { tables.rollouts[rollout.id] = rollout }

  package func put(_ record: DeviceRecord, _ rollout: ID<Rollout>, _ device: ID<Device>) {
    tables.records[rollout, default: [:]][device] = record
  }

  package func remove(_ device: ID<Device>) {
    if let name = tables.devices.removeValue(forKey: device)?.name { tables.names[name] = nil }
    for rollout in tables.records.keys { tables.records[rollout]?[device] = nil }
    for rollout in tables.failures.keys { tables.failures[rollout]?[device] = nil }
    (tables.tags[device], tables.attributes[device]) = (nil, nil)
    tables.enrolmentTokens = tables.enrolmentTokens.filter { $0.value.device != device }
  }

  package func nextOrder() -> Int64 {
    tables.lastOrder += 1
    return tables.lastOrder
  }
}

extension MemoryTransaction {
  package func members(of group: ID<DeviceGroup>, _ audience: Audience) -> Int {
    tables.members[group]?[audience] ?? 0
  }

  package func addMembers(_ number: Int, _ audience: Audience, to group: ID<DeviceGroup>) {
    tables.members[group, default: [:]][audience, default: 0] += number
    tables.deviceGroups[group]?.members += number
  }

  package func activeRollouts(withRecordOf device: ID<Device>) -> [Rollout] {
    rolloutsWithRecord(of: device).filter { $0.phase != .planned && !$0.isEnded }.sorted { $0.id < $1.id }
  }

  package func rollouts(bringing contentID: String) -> [Rollout] {
    newestFirst { $0.image.contentID == contentID }
  }

  package func rollouts(bringing release: Digest, to device: ID<Device>) -> [Rollout] {
    newestFirst { $0.release?.digest == release }.filter { record($0.id, device) != nil }
  }

  private func newestFirst(_ isWanted: (Firmware) -> Bool) -> [Rollout] {
    tables.rollouts.values.filter { tables.firmware[$0.plan.firmware].map(isWanted) ?? false }
      .sorted { ($0.order, $0.id) > ($1.order, $1.id) }
  }

  package func recount(_ rollout: Rollout, deviceClass: Identifier?) -> (tally: RolloutTally, forgiven: Int) {
    var (tally, forgiven) = (RolloutTally(), 0)
    for (id, record) in tables.records[rollout.id] ?? [:] {
      guard let device = tables.devices[id] else { continue }
      let isInGroup = device.group.map(rollout.activeGroups.contains) ?? false
      let isSuited = device.key == nil || device.deviceClass == deviceClass
      var record = record
      if isInGroup, isSuited, !record.isCounted, record.state.isTimed {
        record.due = rollout.due(record.state, canConfirm: device.key != nil)
      }
      record.isCounted = isInGroup && isSuited
      tables.records[rollout.id]?[id] = record
      guard isInGroup, isSuited else { continue }
      let part = rollout.part(record, of: device)
      tally.add(1, to: part.state, canConfirm: part.canConfirm)
      if part.isForgiven { forgiven += 1 }
    }
    return (tally, forgiven)
  }
}

extension MemoryTransaction {
  package func firmwareCount(of group: ID<FileGroup>) -> Int {
    tables.firmware.values.count { $0.fileGroup == group }
  }

  package func firmware(bundle: Digest, in group: ID<FileGroup>) -> Firmware? {
    tables.firmware.values.first { $0.fileGroup == group && $0.release?.bundle == bundle }
  }

  package func firmware(of deviceClass: Identifier, sequence: UInt64) -> Firmware? {
    tables.firmware.values.first { $0.release?.deviceClass == deviceClass && $0.release?.sequence == sequence }
  }

  package func isUsed(_ firmware: ID<Firmware>) -> Bool {
    tables.rollouts.values.contains { $0.plan.firmware == firmware }
  }

  package func records(
    of rollout: ID<Rollout>, after device: ID<Device>?, limit: Int
  ) -> [(ID<Device>, DeviceRecord)] {
    let records = (tables.records[rollout] ?? [:]).filter { $0.key > device ?? ID(0) }
    return records.sorted { $0.key < $1.key }.prefix(limit).map { ($0.key, $0.value) }
  }

  package func uploads() -> [Upload] { tables.uploads.values.sorted { $0.id < $1.id } }

  package func upload(_ id: ID<Upload>) -> Upload? { tables.uploads[id] }

  package func upload(of digest: Digest, to group: ID<FileGroup>) -> Upload? {
    tables.uploads.values.first { $0.digest == digest && $0.fileGroup == group }
  }

  package func accessToken(_ id: ID<AccessToken>) -> AccessToken? { tables.accessTokens[id] }

  package func add(_ upload: Upload) -> Upload {
    var added = upload
    added.id = newID()
    tables.uploads[added.id] = added
    return added
  }

  package func add(_ token: AccessToken) throws -> AccessToken {
    guard !tables.accessTokens.values.contains(where: { $0.name == token.name }) else {
      throw PlatformError.nameTaken(.token)
    }
    var added = token
    added.id = newID()
    tables.accessTokens[added.id] = added
    return added
  }

  package func remove(_ upload: ID<Upload>) { tables.uploads[upload] = nil }
  package func remove(_ token: ID<AccessToken>) {
    (tables.accessTokens[token], tables.users[token]) = (nil, nil)
    tables.sessions = tables.sessions.filter { $0.user != token }
  }
}

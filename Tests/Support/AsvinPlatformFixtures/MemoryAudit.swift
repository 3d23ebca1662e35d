package import AsvinPlatform
import AsvinPlatformAPI

extension MemoryTransaction {
  package var workspaceID: ID<Workspace> { workspace }
  package func lastAuditEntry() -> AuditEntry? { tables.audit.last }
  package func auditBase() -> AuditBase? { tables.auditBase }
  package func auditShares() -> [AuditShare] { tables.auditShares.values.sorted { $0.action < $1.action } }
  package func auditShare(of action: String) -> AuditShare? { tables.auditShares[action] }
  package func put(_ share: AuditShare) { tables.auditShares[share.action] = share }
  package func append(_ entry: AuditEntry) { tables.audit.append(entry) }

  package func auditEntries(after number: Int64, limit: Int) -> [AuditEntry] {
    Array(tables.audit.drop { $0.number <= number }.prefix(limit))
  }

  package func pruneAudit(to base: AuditBase) throws -> Int {
    let known = tables.auditBase?.link.number ?? 0
    guard let last = tables.audit.last, (known + 1..<last.number).contains(base.link.number),
      tables.audit.contains(where: { $0.link == base.link }),
      base.link.number - known <= Int64(PlatformLimit.prunedEntries)
    else { throw PlatformError.invalid("the base is not an entry that can be removed now") }
    tables.audit.removeAll { $0.number <= base.link.number }
    tables.auditBase = base
    return Int(base.link.number - known)
  }
}

extension MemoryTransaction.Tables {
  /// The families whose state differs from an earlier one.
  func changes(since old: MemoryTransaction.Tables) -> Set<AuditFamily> {
    var families: Set<AuditFamily> = []
    if deviceGroups.mapValues(\.name) != old.deviceGroups.mapValues(\.name) { families.insert(.deviceGroup) }
    if fileGroups != old.fileGroups { families.insert(.fileGroup) }
    if firmware != old.firmware { families.insert(.firmware) }
    if uploads != old.uploads { families.insert(.upload) }
    if accessTokens.mapValues(\.decisions) != old.accessTokens.mapValues(\.decisions) { families.insert(.token) }
    if accounts != old.accounts { families.insert(.account) }
    if users.mapValues(\.decisions) != old.users.mapValues(\.decisions) { families.insert(.user) }
    if rollouts.mapValues(\.decisions) != old.rollouts.mapValues(\.decisions) { families.insert(.rollout) }
    if devices.mapValues(\.decisions) != old.devices.mapValues(\.decisions) { families.insert(.device) }
    if webhooks.mapValues(\.decisions) != old.webhooks.mapValues(\.decisions) { families.insert(.webhook) }
    return families
  }

  /// The families that entries after an earlier state explain.
  func explanations(since old: MemoryTransaction.Tables) -> Set<AuditFamily> {
    let entries = audit.drop { $0.number <= old.audit.last?.number ?? 0 }.map(\.action)
    let counted = auditShares.filter { old.auditShares[$0.key] != $0.value }.map(\.key)
    return (entries + counted).compactMap { AuditAction(rawValue: $0)?.explains }.reduce([]) { $0.union($1) }
  }
}

extension Rollout {
  /// The rollout without what follows from reports of devices.
  fileprivate var decisions: Rollout {
    var rollout = self
    (rollout.tally, rollout.forgivenFailures, rollout.finalMembers) = (RolloutTally(), 0, nil)
    return rollout
  }
}

extension User {
  /// The user without the language of the pages.
  fileprivate var decisions: User {
    var user = self
    user.language = nil
    return user
  }
}

extension AccessToken {
  /// The token without its last use.
  fileprivate var decisions: AccessToken {
    var token = self
    token.used = nil
    return token
  }
}

extension Device {
  /// The device without its reports.
  fileprivate var decisions: Device {
    var device = self
    (device.firmwareVersion, device.seen, device.newestRollout) = ("", Instant(0), 0)
    return device
  }
}

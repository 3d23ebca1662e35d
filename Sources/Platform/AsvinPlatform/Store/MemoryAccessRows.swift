package import AsvinManifest

// Uploads, tokens and the audit log in memory, and lists of what is published.
extension MemoryRows {
  package func fileGroups() -> [FileGroup] { tables.fileGroups.values.sorted { $0.id < $1.id } }

  package func firmware(of group: ID<FileGroup>?, after id: ID<Firmware>?, limit: Int) -> [Firmware] {
    let known = tables.firmware.values.filter { group == nil || $0.fileGroup == group }
    return Array(known.filter { $0.id > id ?? ID(0) }.sorted { $0.id < $1.id }.prefix(limit))
  }

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

  package func accessTokens() -> [AccessToken] { tables.accessTokens.values.sorted { $0.id < $1.id } }
  package func lastAuditEntry() -> AuditEntry? { tables.audit.last }

  package func auditEntries(after number: Int64, limit: Int) -> [AuditEntry] {
    Array(tables.audit.drop { $0.number <= number }.prefix(limit))
  }

  package func add(_ upload: Upload) -> Upload {
    var added = upload
    added.id = newID()
    tables.uploads[added.id] = added
    return added
  }

  package func add(_ token: AccessToken) throws -> AccessToken {
    guard !accessTokens().contains(where: { $0.name == token.name }) else { throw PlatformError.nameTaken(.token) }
    var added = token
    added.id = newID()
    tables.accessTokens[added.id] = added
    return added
  }

  package func record(_ action: String, _ subject: String, by actor: String, at now: Instant) {
    tables.audit.append(
      AuditEntry(after: tables.audit.last, in: workspace, actor: actor, action: action, subject: subject, at: now))
  }

  package func remove(_ upload: ID<Upload>) { tables.uploads[upload] = nil }
  package func remove(_ token: ID<AccessToken>) { tables.accessTokens[token] = nil }
}

package import AsvinPlatform

// The keys of a workspace, and its accounts.
extension MemoryTransaction {
  package func add(deviceKey: String) throws {
    guard known?.deviceKeys.contains(deviceKey) != true, !foreign.deviceKeys.contains(deviceKey) else {
      throw PlatformError.nameTaken(.deviceKey)
    }
    known?.deviceKeys.append(deviceKey)
  }

  package func remove(deviceKey: String) throws {
    guard let index = known?.deviceKeys.firstIndex(of: deviceKey) else { throw PlatformError.notFound(.deviceKey) }
    known?.deviceKeys.remove(at: index)
  }

  package func customerKeys() throws -> CustomerKeys {
    guard let known else { throw PlatformError.notFound(.workspace) }
    return CustomerKeys(current: known.customerKey, former: known.formerKeys)
  }

  package func put(_ keys: CustomerKeys) {
    known?.customerKey = keys.current
    known?.formerKeys = keys.former
  }

  package func accounts(after email: String?, limit: Int) -> [Account] {
    Array(
      tables.accounts.values.sorted { $0.email < $1.email }.filter { $0.email > email ?? "" }.prefix(limit))
  }

  package func add(_ account: Account) throws {
    guard tables.accounts[account.email] == nil, !foreign.accounts.contains(account.email) else {
      throw PlatformError.nameTaken(.account)
    }
    tables.accounts[account.email] = account
  }

  package func put(_ account: Account) throws {
    guard tables.accounts[account.email] != nil else { throw PlatformError.notFound(.account) }
    tables.accounts[account.email] = account
  }

  package func remove(account email: String) throws {
    guard tables.accounts.removeValue(forKey: Account.folded(email)) != nil else {
      throw PlatformError.notFound(.account)
    }
  }

  package func markUsed(_ token: ID<AccessToken>, at now: Instant) { tables.accessTokens[token]?.used = now }

  package func settings() throws -> WorkspaceSettings { known?.settings ?? tables.settings }
  package func put(_ settings: WorkspaceSettings) {
    if known == nil { tables.settings = settings } else { known?.settings = settings }
  }

  package func enrolmentToken(_ id: ID<EnrolmentToken>) -> EnrolmentToken? { tables.enrolmentTokens[id] }

  package func endedEnrolmentTokens(since limit: Instant) -> [EnrolmentToken] {
    let ended = tables.enrolmentTokens.values.filter { token in
      token.expires ?? Instant(.max) < limit || token.isUsedUp && token.lastUse ?? Instant(.max) < limit
    }
    return Array(ended.sorted { $0.id < $1.id }.prefix(20))
  }

  package func expectedDevice(_ id: ID<ExpectedDevice>) -> ExpectedDevice? { tables.expected[id] }
  package func expectedDevice(_ name: DeviceName) -> ExpectedDevice? {
    tables.expected.values.first { DeviceName($0.name)?.folded == name.folded }
  }
  package func expectedDeviceCount() -> Int { tables.expected.count }

  package func add(_ device: ExpectedDevice) throws -> ExpectedDevice {
    guard let name = DeviceName(device.name) else { throw PlatformError.invalid("a name has control characters") }
    guard expectedDevice(name) == nil else { throw PlatformError.nameTaken(.expectedDevice) }
    var added = device
    added.id = newID()
    tables.expected[added.id] = added
    return added
  }

  package func remove(_ device: ID<ExpectedDevice>) { tables.expected[device] = nil }

  package func add(_ token: EnrolmentToken) throws -> EnrolmentToken {
    if let group = token.group, deviceGroup(group) == nil { throw PlatformError.notFound(.deviceGroup) }
    if let device = token.device, self.device(device) == nil { throw PlatformError.notFound(.device) }
    guard !tables.enrolmentTokens.values.contains(where: { $0.name == token.name }) else {
      throw PlatformError.nameTaken(.enrolmentToken)
    }
    var added = token
    added.id = newID()
    tables.enrolmentTokens[added.id] = added
    return added
  }

  package func put(_ token: EnrolmentToken) {
    tables.enrolmentTokens[token.id]?.uses = token.uses
    tables.enrolmentTokens[token.id]?.lastUse = token.lastUse
  }
  package func remove(_ token: ID<EnrolmentToken>) { tables.enrolmentTokens[token] = nil }
}

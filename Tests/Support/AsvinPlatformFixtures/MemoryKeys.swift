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

  package func accounts() -> [Account] { tables.accounts.values.sorted { $0.email < $1.email } }

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
}

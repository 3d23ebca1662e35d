/// A customer's part of the platform. Nothing in a workspace can see another workspace.
package struct Workspace: Equatable, Sendable {
  /// The id, `wsId` in a token.
  package var id: ID<Workspace>
  package var name: String
  /// The key with which asvin's clients sign their login. It is never sent.
  package var customerKey: String
  /// Earlier customer keys that devices may still have.
  package var formerKeys: [FormerKey]
  package var settings = WorkspaceSettings()
  /// The keys that asvin's clients name in their login.
  package var deviceKeys: [String]

  package init(id: ID<Workspace>, name: String, customerKey: String, deviceKeys: [String], formerKeys: [FormerKey] = [])
  {
    self.id = id
    self.name = name
    self.customerKey = customerKey
    self.deviceKeys = deviceKeys
    self.formerKeys = formerKeys
  }

  /// The customer keys that are valid at a time, the newest first.
  package func customerKeys(at now: Instant) -> [String] {
    [customerKey] + formerKeys.filter { now < $0.expires }.map(\.text)
  }
}

/// The keys with which asvin's clients log in to a workspace.
package enum WorkspaceKey {
  case customer
  case device

  /// The length of the longest key. An ESP8266 copies a device key and ten digits into a buffer without a check.
  private var longest: Int { self == .customer ? 128 : 31 }

  /// Checks a key that is imported because devices in the field have it compiled in.
  ///
  /// - Throws: ``PlatformError/invalid(_:)``.
  package func check(_ text: String) throws(PlatformError) {
    let name = self == .customer ? "a customer key" : "a device key"
    guard (8...longest).contains(text.utf8.count) else {
      throw .invalid("\(name) must have 8 to \(longest) characters, and this one has \(text.utf8.count)")
    }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .invalid("\(name) must have printable ASCII characters only, without blanks")
    }
  }
}

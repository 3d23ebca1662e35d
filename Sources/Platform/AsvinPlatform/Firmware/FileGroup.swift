import AsvinPlatformAPI

/// Firmware that belongs together, and the keys that must have signed it.
package struct FileGroup: Equatable, Sendable {
  package var id: ID<FileGroup>
  /// The name, unique in a workspace.
  package var name: String
  /// The trusted public keys. One of them must have signed each bundle; without keys, nothing can be published.
  package var trust: [TrustedKey]

  package init(id: ID<FileGroup>, name: String, trust: [TrustedKey] = []) {
    self.id = id
    self.name = name
    self.trust = trust
  }
}

/// A public key that a file group trusts.
package struct TrustedKey: Equatable, Sendable {
  /// The key in PEM.
  package var pem: String
  /// The first second at which the group does not trust the key; `nil` if it does until the key is removed. Releases that
  /// the key has signed are not published or rolled out from then on. Rollouts that have started continue.
  package var expires: Instant?

  package init(_ pem: String, expires: Instant? = nil) { (self.pem, self.expires) = (pem, expires) }
}

extension FileGroup {
  /// Returns the keys in PEM that the group trusts at a time.
  package func keys(at now: Instant) -> [String] {
    trust.filter { key in key.expires.map { now < $0 } ?? true }.map(\.pem)
  }
}

extension FileGroup {
  /// Changes some of the trusted keys, and leaves the others as they are.
  ///
  /// - Parameters:
  ///   - added: keys in PEM.
  ///   - ending: digests of keys of the group, as ``TrustEnd/digest(of:)``. No key is in both lists.
  ///   - expires: the end of the time of the added and the ending keys; `nil` for none.
  /// - Throws: ``PlatformError/blocked(_:_:)`` for a key that the group does not trust; ``PlatformError/tooMany(_:)``.
  package mutating func changeTrust(
    adding added: [String], ending: Set<String>, removing: Set<String>, until expires: Instant?
  ) throws(PlatformError) {
    for digest in ending.union(removing) {
      guard let index = trust.firstIndex(where: { TrustEnd.digest(of: $0.pem) == digest }) else {
        throw .blocked("file group \(id.value) does not trust the key \(digest)", "see: asvin-pack file-group show")
      }
      if removing.contains(digest) { trust.remove(at: index) } else { trust[index].expires = expires }
    }
    for pem in added {
      if let index = trust.firstIndex(where: { $0.pem == pem }) {
        trust[index].expires = expires
      } else {
        trust.append(TrustedKey(pem, expires: expires))
      }
    }
    guard trust.count <= PlatformLimit.trustedKeys else {
      throw .tooMany("a file group trusts at most \(PlatformLimit.trustedKeys) keys")
    }
  }
}

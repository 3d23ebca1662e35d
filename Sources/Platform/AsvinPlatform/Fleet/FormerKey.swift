/// A customer key that was replaced. Devices that have it can log in until it expires, so that they can be given the new key in
/// the meantime.
package struct FormerKey: Equatable, Sendable {
  package var text: String
  /// The first second at which the key is not valid.
  package var expires: Instant

  package init(text: String, expires: Instant) { (self.text, self.expires) = (text, expires) }
}

/// The customer keys of a workspace.
package struct CustomerKeys: Equatable, Sendable {
  package var current: String
  package var former: [FormerKey]

  package init(current: String, former: [FormerKey]) { (self.current, self.former) = (current, former) }

  /// The keys after a rotation.
  ///
  /// - Parameters:
  ///   - key: the new key.
  ///   - expires: until when the present key stays valid.
  /// - Throws: ``PlatformError/nameTaken(_:)`` for the present key, or for a former key that is still valid, because a key that
  ///   leaked must not come back by mistake.
  package func rotated(to key: String, keepingOldUntil expires: Instant, at now: Instant) throws(PlatformError) -> Self
  {
    let kept = former.filter { now < $0.expires }
    guard key != current, !kept.contains(where: { $0.text == key }) else { throw .nameTaken(.customerKey) }
    let old = now < expires ? [FormerKey(text: current, expires: expires)] : []
    return CustomerKeys(current: key, former: old + kept)
  }
}

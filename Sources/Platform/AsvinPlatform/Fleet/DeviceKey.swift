import AsvinCrypto
package import AsvinManifest
import AsvinPlatformAPI

/// The key by which a verifying device authenticates itself.
package enum DeviceKey: Equatable, Sendable {
  /// An Ed25519 public key: the device signs its logins.
  case ed25519(FixedBytes<32>)
  /// A symmetric key: the device proves each request with HMAC-SHA-256.
  case shared(SharedKey)
}

/// The symmetric key of a device. The platform needs the key itself to check a code. No API returns it, and its description
/// is not the key, so that it cannot reach a log.
package struct SharedKey: Sendable {
  /// The key, for the store.
  package let secret: FixedBytes<32>

  /// Creates a key from its stored bytes.
  package init(stored secret: FixedBytes<32>) { self.secret = secret }

  /// Creates a key; `nil` for bytes that are all the same, such as those of erased flash or of a device without a key.
  package init?(_ secret: FixedBytes<32>) {
    guard (1..<32).contains(where: { secret[$0] != secret[0] }) else { return nil }
    self.secret = secret
  }

  /// Whether a code is that of a message under the key, in constant time.
  package func isCode(_ code: Digest, of message: [UInt8]) -> Bool {
    MessageCode.isCode(code, of: message, key: secret.array)
  }
}

extension SharedKey: Equatable {
  /// Compares two keys in constant time.
  package static func == (left: Self, right: Self) -> Bool { MessageCode.isSame(left.secret, right.secret) }
}

extension SharedKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "a symmetric key" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Device {
  /// Replaces the key at the device's own request. A device may once in ``PlatformLimit/keyChangeSeconds``, because each
  /// change is an entry in the audit log, of which devices have a limited share.
  ///
  /// - Throws: ``PlatformError/keyChanged(after:)``.
  package mutating func replaceKey(with key: DeviceKey, at now: Instant) throws(PlatformError) {
    // After the clock was set back, a change in the future does not count.
    if let last = keyChanged, last <= now, now.seconds - last.seconds < PlatformLimit.keyChangeSeconds {
      throw .keyChanged(after: last.seconds + PlatformLimit.keyChangeSeconds - now.seconds)
    }
    (self.key, keyChanged) = (key, now)
  }
}

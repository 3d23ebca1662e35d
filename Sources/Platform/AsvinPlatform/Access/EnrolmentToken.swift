package import AsvinManifest
import AsvinPlatformAPI

/// A token that enrols devices, and only that. The secret is shown once and not stored; only its digest is.
package struct EnrolmentToken: Equatable, Sendable {
  package var id: ID<EnrolmentToken>
  /// The name that operators see, unique in a workspace.
  package var name: String
  /// The public part of the token's text, by which it is found.
  package var handle: String
  /// SHA-256 of the secret part. A microcontroller proves its enrolment with the digest in hexadecimal as a customer key.
  package var digest: Digest
  package var created: Instant
  /// The first second at which the token is not valid; `nil` if it stays valid until it is revoked.
  package var expires: Instant?
  /// The number of devices that it may enrol; `nil` for any number.
  package var limit: Int?
  /// The number of devices that it has enrolled.
  package var uses = 0
  /// When it enrolled the last of them.
  package var lastUse: Instant?
  /// The group of the devices that it enrols; without it, they wait in the lobby.
  package var group: ID<DeviceGroup>?
  /// The device whose key it replaces. It enrols no other device then.
  package var device: ID<Device>?

  package init(
    id: ID<EnrolmentToken>, name: String, handle: String, digest: Digest, created: Instant, expires: Instant? = nil,
    limit: Int? = nil, group: ID<DeviceGroup>? = nil, device: ID<Device>? = nil
  ) {
    (self.id, self.name, self.handle, self.digest) = (id, name, handle, digest)
    (self.created, self.expires, self.limit) = (created, expires, limit)
    (self.group, self.device) = (group, device)
  }

  package func isValid(at now: Instant) -> Bool { expires.map { now < $0 } ?? true }

  package var isUsedUp: Bool { limit.map { uses >= $0 } ?? false }
}

extension WriteTransaction {
  /// Removes enrolment tokens that have enrolled nothing for a month, because their time or their uses have ended.
  package func removeEndedEnrolmentTokens(at now: Instant) throws {
    for token in try endedEnrolmentTokens(since: Instant(now.seconds - PlatformLimit.endedTokenSeconds)) {
      try remove(token.id)
      try record(
        .deleteEnrolmentToken, "enrolment token \(token.id.value)", [AuditDetail("name", token.name)], by: "platform",
        at: now)
    }
  }
}

import AsvinCrypto
package import FoundationEssentials

/// The end of the time for which a file group trusts a key.
package struct TrustEnd: Codable, Equatable, Sendable {
  package var key: String
  package var expires: Int64

  package init(key: String, expires: Int64) { (self.key, self.expires) = (key, expires) }

  /// SHA-256 of a key's SubjectPublicKeyInfo, as `openssl pkey -pubin -outform DER | sha256sum` prints it; of its text for a
  /// key that an early version stored in another form.
  package static func digest(of pem: String) -> String {
    let body = pem.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }.joined()
    let bytes = Data(base64Encoded: body).map { [UInt8]($0) } ?? Array(pem.utf8)
    return SHA256.digest(of: bytes.span).hexadecimal
  }
}

/// A change of the keys that a file group trusts. Other keys stay as they are.
package struct TrustChangeRequest: Codable, Equatable, Sendable {
  package var add: [String]?
  package var end: [String]?
  package var remove: [String]?
  package var expires: Int64?

  package init(add: [String]? = nil, end: [String]? = nil, remove: [String]? = nil, expires: Int64? = nil) {
    (self.add, self.end, self.remove, self.expires) = (add, end, remove, expires)
  }
}

extension TrustChangeRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property(
        "add", .list(.lines(1...4096), atMost: PlatformLimit.trustedKeys), "Public keys in PEM that the group trusts",
        isRequired: false),
      Property(
        "end", .list(.digest, atMost: PlatformLimit.trustedKeys),
        "Keys of the group that it trusts until expires: SHA-256 of each in DER",
        isRequired: false),
      Property(
        "remove", .list(.digest, atMost: PlatformLimit.trustedKeys),
        "Keys that the group trusts no longer: SHA-256 of each in DER",
        isRequired: false),
      Property(
        "expires", .time, "The end of the time for which the added and the ending keys are trusted; required with end",
        isRequired: false),
    ])
  }
}

extension TrustEnd: Described {
  package static var schema: MessageSchema {
    .object([
      Property("key", .digest, "SHA-256 of the public key in DER"),
      Property("expires", .time, "The first second at which the group does not trust the key"),
    ])
  }
}

extension FileGroupReply {
  /// The keys that the group trusts at a time.
  package func keys(at now: Date) -> [String] {
    trust.filter { pem in
      ends?.first { $0.key == TrustEnd.digest(of: pem) }.map { now.timeIntervalSince1970 < Double($0.expires) } ?? true
    }
  }
}

import AsvinCrypto
package import AsvinManifest
package import AsvinPlatformAPI

/// An address that receives the events of a workspace, in the order in which they happened.
package struct Webhook: Equatable, Sendable {
  package var id: ID<Webhook>
  package var address: String
  /// The kinds of events; empty for all.
  package var kinds: Set<String>
  /// The key of the signatures.
  package var secret: FixedBytes<32>
  package var created: Instant
  package var creator: String
  /// The number of the last event that was delivered or passed over.
  package var delivered: Int64
  /// Attempts that failed since the last delivery.
  package var failures = 0
  /// When the first of those failed.
  package var failingSince: Instant?
  package var lastError = ""
  /// Whether delivery has ended because it failed for a day.
  package var isSuspended = false

  package init(
    id: ID<Webhook>, address: String, kinds: Set<String>, secret: FixedBytes<32>, created: Instant, creator: String,
    delivered: Int64
  ) {
    self.id = id
    self.address = address
    self.kinds = kinds
    self.secret = secret
    self.created = created
    self.creator = creator
    self.delivered = delivered
  }

  package func wants(_ entry: AuditEntry) -> Bool { kinds.isEmpty || kinds.contains(entry.action) }

  /// Notes a failed attempt.
  ///
  /// - Returns: the action that the audit log gets: the webhook fails for the third time, or for a day.
  package mutating func fail(_ error: String, at now: Instant) -> AuditAction? {
    failures += 1
    lastError = error
    let since = failingSince ?? now
    failingSince = since
    if now.seconds - since.seconds >= PlatformLimit.webhookSeconds {
      isSuspended = true
      return .suspendWebhook
    }
    return failures == 3 ? .failWebhook : nil
  }

  /// Notes a delivery.
  ///
  /// - Returns: the action that the audit log gets, if the webhook had failed.
  package mutating func succeed(_ number: Int64) -> AuditAction? {
    defer { (failures, failingSince, lastError) = (0, nil, "") }
    delivered = max(delivered, number)
    return failures >= 3 ? .recoverWebhook : nil
  }

  /// Continues delivery after it was suspended.
  package mutating func resume() { (failures, failingSince, lastError, isSuspended) = (0, nil, "", false) }

  /// Seconds until the next attempt, without a random part: doubled after each failure, at most ten minutes.
  package var backOff: Int64 { failures == 0 ? 0 : min(1 << min(Int64(failures), 10), 600) }
}

/// The parts of an address that receives events.
package struct WebhookAddress: Equatable, Sendable {
  package let isTLS: Bool
  package let host: String
  package let port: Int
  /// The path and the query.
  package let target: String

  /// Reads an address; `nil` for one that is not `https://HOST[:PORT][/PATH]` or `http://…`, or that has a user's name, a
  /// fragment or a character that does not belong into a request.
  package init?(_ text: String) {
    let rest: Substring
    switch text {
    case _ where text.hasPrefix("https://"): (isTLS, rest) = (true, text.dropFirst(8))
    case _ where text.hasPrefix("http://"): (isTLS, rest) = (false, text.dropFirst(7))
    default: return nil
    }
    guard text.utf8.count <= PlatformLimit.webhookAddressBytes, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !text.contains("#"), !text.contains("\\")
    else { return nil }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@") else { return nil }
    let path = rest.dropFirst(authority.count)
    target = path.hasPrefix("/") ? String(path) : "/\(path)"
    var name = authority
    var written: Substring?
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      name = authority[authority.index(after: authority.startIndex)..<end]
      let after = authority[authority.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":"), name.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
        return nil
      }
      written = after.isEmpty ? nil : after.dropFirst()
    } else {
      if let colon = authority.lastIndex(of: ":") {
        (name, written) = (authority[..<colon], authority[authority.index(after: colon)...])
      }
      guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }) else {
        return nil
      }
    }
    guard !name.isEmpty, name.utf8.count <= 253 else { return nil }
    if let written {
      guard let number = Int(written), (1...65_535).contains(number), written.allSatisfy(\.isNumber) else { return nil }
      port = number
    } else {
      port = isTLS ? 443 : 80
    }
    host = String(name)
  }

  /// The value of the field `Host`.
  package var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (isTLS ? 443 : 80) ? name : "\(name):\(port)"
  }
}

/// Internet addresses of other networks than the server's own. A webhook to an address of the server's network would let an
/// administrator of a workspace send requests to machines that only the server reaches.
package enum PublicAddress {
  /// Whether an address, as the system writes it, is public by the registries of special addresses (RFC 6890).
  package static func isPublic(_ text: String) -> Bool {
    if let bytes = bytesV4(text) { return isPublicV4(bytes) }
    guard let bytes = bytesV6(text) else { return false }
    return isPublicV6(bytes)
  }

  private static func bytesV4(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8($0) }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  /// Reads eight groups; `::` is the missing ones. An address that ends with an IPv4 address is not global unicast.
  private static func bytesV6(_ text: String) -> [UInt8]? {
    func groups(_ text: Substring) -> [UInt16]? {
      if text.isEmpty { return [] }
      let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt16($0, radix: 16) }
      return parts.contains(nil) ? nil : parts.compactMap(\.self)
    }
    let all: [UInt16]
    let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
    if halves.count == 2 {
      guard let head = groups(halves[0]), let tail = groups(halves[1]), head.count + tail.count < 8 else { return nil }
      all = head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
    } else {
      guard let found = groups(text[...]), found.count == 8 else { return nil }
      all = found
    }
    return all.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
  }

  private static let special: [(UInt32, bits: UInt32)] = [
    (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
    (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15), (0xC633_6400, 24),
    (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
  ]

  private static func isPublicV4(_ bytes: [UInt8]) -> Bool {
    let address = bytes.reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
    return !special.contains { network, bits in (address ^ network) >> (32 - bits) == 0 }
  }

  /// Global unicast addresses (2000::/3) without 2001::/23, 2001:db8::/32, 2002::/16 and 3fff::/20, which are tunnels,
  /// protocols and documentation. Addresses that hold an IPv4 address are outside 2000::/3, or in 2002::/16.
  private static func isPublicV6(_ bytes: [UInt8]) -> Bool {
    guard bytes[0] & 0xE0 == 0x20 else { return false }
    switch (bytes[0], bytes[1]) {
    case (0x20, 0x01): return bytes[2] > 1 && (bytes[2], bytes[3]) != (0x0D, 0xB8)
    case (0x20, 0x02): return false
    case (0x3F, 0xFF): return bytes[2] & 0xF0 != 0
    default: return true
    }
  }
}

/// The signature of a delivery, in the scheme of Standard Webhooks, for which libraries exist.
package enum WebhookSignature {
  /// The key as a receiver writes it.
  package static func text(of secret: FixedBytes<32>) -> String { "whsec_\(Base64.text(secret.array))" }

  /// Returns the value of `webhook-signature`: HMAC-SHA-256 of the id, the time and the body.
  package static func field(id: String, time: Instant, body: [UInt8], secret: FixedBytes<32>) -> String {
    let message = Array("\(id).\(time.seconds).".utf8) + body
    return "v1,\(Base64.text(MessageCode.code(of: message, key: secret.array).array))"
  }
}

/// Base64 (RFC 4648 §4).
private enum Base64 {
  static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        text.append(place <= group.count ? digits[number >> (18 - 6 * place) & 63] : "=")
      }
    }
    return text
  }
}

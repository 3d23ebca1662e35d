package import AsvinManifest
import CAsvinOpenSSL

/// HMAC-SHA-256 (RFC 2104).
package enum MessageCode {
  /// The code of a message under a key.
  package static func code(of message: [UInt8], key: [UInt8]) -> Digest {
    var code = [UInt8](repeating: 0, count: 32)
    let done = unsafe asvin_hmac_sha256(key, key.count, message, message.count, &code)
    precondition(done == 1, "OpenSSL cannot compute HMAC")
    return Digest { code[$0] }
  }

  /// Whether a code is the one of a message under a key. How long that takes says nothing of the code.
  package static func isCode(_ code: Digest, of message: [UInt8], key: [UInt8]) -> Bool {
    let (left, right) = (code.array, Self.code(of: message, key: key).array)
    return unsafe asvin_same_bytes(left, right, left.count) == 1
  }
}

package import AsvinManifest
import CAsvinOpenSSL

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
@safe
package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// A digest of nothing yet.
  package init() {
    guard let context = unsafe asvin_sha256_new() else { preconditionFailure("out of memory for a digest") }
    unsafe self.context = context
  }

  deinit { unsafe asvin_sha256_free(context) }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    let done = unsafe bytes.withUnsafeBufferPointer { unsafe asvin_sha256_update(context, $0.baseAddress, $0.count) }
    precondition(done == 1, "OpenSSL cannot compute SHA-256")
  }

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

  /// The digest of everything added.
  package consuming func finish() -> Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    let done = unsafe asvin_sha256_finish(context, &bytes)
    precondition(done == 1, "OpenSSL cannot compute SHA-256")
    return Digest { bytes[$0] }
  }

  /// SHA-256 of a buffer.
  package static func digest(of bytes: Span<UInt8>) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }
}

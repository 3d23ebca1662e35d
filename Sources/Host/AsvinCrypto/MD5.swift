package import AsvinManifest
import CAsvinOpenSSL

/// MD5 (RFC 1321) of bytes that come in pieces: what asvin's clients check a download with. No security rests on it.
@safe
package struct MD5: ~Copyable {
  private let context: OpaquePointer

  /// A digest of nothing yet.
  package init() {
    guard let context = unsafe asvin_md5_new() else { preconditionFailure("OpenSSL has no MD5") }
    unsafe self.context = context
  }

  deinit { unsafe asvin_sha256_free(context) }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    let done = unsafe bytes.withUnsafeBufferPointer { unsafe asvin_sha256_update(context, $0.baseAddress, $0.count) }
    precondition(done == 1, "OpenSSL cannot compute MD5")
  }

  /// The digest of everything added.
  package consuming func finish() -> FixedBytes<16> {
    var bytes = [UInt8](repeating: 0, count: 32)
    let done = unsafe asvin_sha256_finish(context, &bytes)
    precondition(done == 1, "OpenSSL cannot compute MD5")
    return FixedBytes { bytes[$0] }
  }
}

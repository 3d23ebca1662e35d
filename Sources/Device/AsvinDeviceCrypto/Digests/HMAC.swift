public import AsvinManifest

/// HMAC-SHA-256 (RFC 2104), with which a device proves its requests.
public enum HMAC {
  /// Bytes of a block of SHA-256.
  private static let blockBytes = 64

  /// Returns the authentication code of a message for a key of any length. The time depends only on the lengths.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public static func code(of message: Span<UInt8>, key: Span<UInt8>) -> Digest {
    guard key.count <= blockBytes else {
      return SHA256.digest(of: key).withSpan { code(of: message, key: $0) }
    }
    let inner = pass(key, 0x36, message)
    return inner.withSpan { pass(key, 0x5C, $0) }
  }

  /// The digest of the padded key and then a message.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private static func pass(_ key: Span<UInt8>, _ pad: UInt8, _ message: Span<UInt8>) -> Digest {
    var hash = SHA256()
    let block = InlineArray<64, UInt8> { $0 < key.count ? key[$0] ^ pad : pad }
    hash.update(block.span)
    hash.update(message)
    return hash.finish()
  }
}

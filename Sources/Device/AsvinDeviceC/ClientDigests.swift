// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinDeviceCrypto
import AsvinManifest
import CAsvinDevice

/// See the header.
@c @implementation
public func asvin_digest(_ bytes: UnsafePointer<UInt8>?, _ count: UInt32, _ digest: UnsafeMutablePointer<UInt8>?) {
  let bytes = unsafe buffer(bytes, count)
  unsafe put(SHA256.digest(of: bytes.span), to: digest)
}

/// See the header.
@c @implementation
public func asvin_message_code(
  _ key: UnsafePointer<UInt8>?, _ keyBytes: UInt32, _ message: UnsafePointer<UInt8>?, _ count: UInt32,
  _ code: UnsafeMutablePointer<UInt8>?
) {
  let (key, message) = unsafe (buffer(key, keyBytes), buffer(message, count))
  unsafe put(HMAC.code(of: message.span, key: key.span), to: code)
}

private func buffer(_ start: UnsafePointer<UInt8>?, _ count: UInt32) -> UnsafeBufferPointer<UInt8> {
  unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(truncatingIfNeeded: count))
}

private func put(_ digest: Digest, to start: UnsafeMutablePointer<UInt8>?) {
  guard let start = unsafe start else { return }
  for index in 0..<Digest.count { unsafe start[index] = digest[index] }
}

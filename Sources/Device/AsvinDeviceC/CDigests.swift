// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinDeviceCrypto
import AsvinInstaller
import AsvinManifest
import AsvinVerifier
public import CAsvinDevice

/// See the header.
@c @implementation
public func asvin_digest(_ bytes: UnsafePointer<UInt8>?, _ count: UInt32, _ digest: UnsafeMutablePointer<UInt8>?) {
  let bytes = unsafe buffer(bytes, count)
  unsafe put(SHA256.digest(of: bytes.span), to: digest)
}

/// See the header.
@c @implementation
public func asvin_digest_region(
  _ region: UnsafePointer<asvin_flash>?, _ bytes: UInt32, _ digest: UnsafeMutablePointer<UInt8>?
) -> Int32 {
  guard let region = unsafe region, unsafe region.pointee.isSensible, let digest = unsafe digest else {
    return ASVIN_MISUSE
  }
  guard unsafe bytes <= region.pointee.capacity else { return ASVIN_MISUSE }
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    var hash = SHA256()
    guard unsafe CRegion(region, failed).hash(UInt64(bytes), with: &hash) else { return code(.flashFailed) }
    unsafe put(hash.finish(), to: digest)
    return ASVIN_DONE
  }
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

import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto
import CAsvinDevice

/// The built-in cryptography, or the device's own for signatures.
@safe
struct CCryptography: Cryptography {
  private let device: UnsafePointer<asvin_device>

  @unsafe
  init(_ device: UnsafePointer<asvin_device>) { unsafe self.device = device }

  func sha256(_ bytes: Span<UInt8>) -> Digest { SHA256.digest(of: bytes) }

  func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool {
    guard let check = unsafe device.pointee.check else {
      return DeviceCryptography().isSignature(signature, of: message, by: key)
    }
    var known = asvin_key()
    known.algorithm = Int32(truncatingIfNeeded: key.algorithm.rawValue)
    unsafe withUnsafeMutableBytes(of: &known.bytes) { bytes in
      key.withBytes { point in
        for index in point.indices { unsafe bytes[index] = point[index] }
      }
    }
    return unsafe signature.withUnsafeBufferPointer { signature in
      unsafe message.head.withUnsafeBufferPointer { head in
        unsafe message.payload.withUnsafeBufferPointer { payload in
          unsafe check(
            device.pointee.check_context, &known, signature.baseAddress, head.baseAddress, UInt32(head.count),
            payload.baseAddress, UInt32(payload.count)) == ASVIN_SIGNED
        }
      }
    }
  }
}

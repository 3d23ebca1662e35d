import AsvinManifest
import AsvinVerifier

// A firmware with its own cryptography, and one call. It is linked and never run, to prove that nothing on this path
// allocates and to measure its size.

@_silgen_name("device_sha256") func deviceSHA256(
  _ bytes: UnsafePointer<UInt8>?, _ count: Int, _ digest: UnsafeMutablePointer<UInt8>?)
@_silgen_name("device_verify") func deviceVerify(_ signature: UnsafePointer<UInt8>?, _ key: UnsafePointer<UInt8>?)
  -> Bool

struct DeviceCryptography: Cryptography {
  func sha256(_ bytes: Span<UInt8>) -> Digest {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var output = digest.mutableSpan
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer {
        unsafe deviceSHA256(input.baseAddress, input.count, $0.baseAddress)
      }
    }
    return Digest { digest[$0] }
  }

  func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool {
    let point = key.bytes
    return unsafe signature.withUnsafeBufferPointer { signature in
      unsafe point.withUnsafeBufferPointer { unsafe deviceVerify(signature.baseAddress, $0.baseAddress) }
    }
  }
}

@_cdecl("verify_release")
public func verifyRelease(_ envelope: UnsafePointer<UInt8>, _ count: Int, _ key: UnsafePointer<UInt8>, _ floor: UInt64)
  -> UInt8
{
  let bytes = unsafe UnsafeBufferPointer(start: envelope, count: count).span
  let keyBytes = unsafe UnsafeBufferPointer(start: key, count: 32).span
  let cryptography = DeviceCryptography()
  guard let publicKey = PublicKey(.ed25519, keyBytes) else { return 1 }
  let anchors: InlineArray<1, TrustAnchor> = [TrustAnchor(publicKey, using: cryptography)]
  guard let trust = Trust(anchors.span) else { return 1 }
  let device = DevicePolicy(
    vendor: .required(Identifier()), deviceClass: .required(Identifier()), floor: .required(floor), sequence: floor,
    slots: .required(DeviceSlots(1)))
  let verifier = Verifier(cryptography)
  do {
    let verified = try verifier.verify(bytes, trust: trust, device: device)
    return verified.manifest.sequence > floor ? 0 : 2
  } catch {
    return error.reason.rawValue
  }
}

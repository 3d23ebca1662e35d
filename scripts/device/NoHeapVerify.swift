import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto

// The verifier by itself, as firmware in Swift calls it: what it takes of the stack, beside the device and the trust that
// it is given, and without cryptography, which has a budget of its own. See qemu/verify.c.

@_silgen_name("paint_stack") func paintStack()
@_silgen_name("painted_over") func paintedOver() -> UInt32

/// Takes every signature for a good one.
struct Agreeing: Cryptography {
  func sha256(_ bytes: Span<UInt8>) -> Digest { Digest() }
  func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool { true }
}

/// Verifies a release for a device; bytes of stack that took, and the reason against it, or 0.
@_cdecl("verify_release")
public func verifyRelease(
  _ envelope: UnsafePointer<UInt8>, _ count: Int, _ algorithm: Int32, _ key: UnsafePointer<UInt8>,
  _ identifiers: UnsafePointer<UInt8>, _ reason: UnsafeMutablePointer<UInt32>
) -> UInt32 {
  unsafe reason.pointee = 1
  guard let algorithm = SignatureAlgorithm(rawValue: Int64(algorithm)) else { return 0 }
  let point = unsafe UnsafeBufferPointer(start: key, count: algorithm.publicKeyBytes).span
  guard let publicKey = PublicKey(algorithm, point) else { return 0 }
  let anchors: InlineArray<1, TrustAnchor> = [TrustAnchor(publicKey, using: DeviceCryptography())]
  guard let trust = Trust(anchors.span) else { return 0 }
  let device = DevicePolicy(
    vendor: .required(Identifier { unsafe identifiers[$0] }),
    deviceClass: .required(Identifier { unsafe identifiers[16 + $0] }), floor: .required(1), sequence: 1,
    slots: .required(DeviceSlots(1)), features: .max, memory: .max)
  let bytes = unsafe UnsafeBufferPointer(start: envelope, count: count).span
  paintStack()
  unsafe reason.pointee = verify(bytes, trust, device)
  return paintedOver()
}

@inline(never)
func verify(_ envelope: Span<UInt8>, _ trust: borrowing Trust, _ device: borrowing DevicePolicy) -> UInt32 {
  do throws(Rejection) {
    _ = try Verifier(Agreeing()).verify(envelope, trust: trust, device: device)
    return 0
  } catch {
    return UInt32(error.reason.rawValue)
  }
}

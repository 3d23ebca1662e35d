import AsvinManifest
import AsvinVerifier
import AsvinVerifyCrypto
import AsvinWire

// SHA-256, SHA-512, Ed25519 and P-256 in one call. Linked to prove that none of it allocates and to see its size; run to
// see what it costs.

@_cdecl("check_signature")
public func checkSignature(
  _ algorithm: Int32, _ signature: UnsafePointer<UInt8>, _ key: UnsafePointer<UInt8>, _ message: UnsafePointer<UInt8>,
  _ count: Int
) -> Bool {
  let isEdwards = algorithm == -19
  let keyBytes = unsafe UnsafeBufferPointer(start: key, count: isEdwards ? 32 : 64).span
  let signatureBytes = unsafe UnsafeBufferPointer(start: signature, count: 64).span
  let messageBytes = unsafe UnsafeBufferPointer(start: message, count: count).span
  guard let publicKey = PublicKey(isEdwards ? .ed25519 : .ecdsaP256, keyBytes) else { return false }
  let signed = SignedMessage(head: messageBytes.extracting(first: count / 2), payload: messageBytes.extracting(droppingFirst: count / 2))
  return DeviceCryptography().isSignature(signatureBytes, of: signed, by: publicKey)
}

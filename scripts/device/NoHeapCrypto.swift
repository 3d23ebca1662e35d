import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto

// SHA-256, SHA-512, Ed25519 and P-256 in one call, under the strict profile. Linked to prove that none of it allocates
// and to see its size; run by `vectors.c`.

@_cdecl("check_signature")
public func checkSignature(
  _ algorithm: Int32, _ signature: UnsafePointer<UInt8>, _ signatureCount: Int, _ key: UnsafePointer<UInt8>,
  _ message: UnsafePointer<UInt8>, _ count: Int
) -> Bool {
  guard let known = SignatureAlgorithm(rawValue: Int64(algorithm)) else { return false }
  let keyBytes = unsafe UnsafeBufferPointer(start: key, count: known.publicKeyBytes).span
  let signatureBytes = unsafe UnsafeBufferPointer(start: signature, count: signatureCount).span
  let messageBytes = unsafe UnsafeBufferPointer(start: message, count: count).span
  guard let publicKey = PublicKey(known, keyBytes) else { return false }
  if known == .ed25519, !Ed25519Profile.admits(signature: signatureBytes, key: keyBytes) { return false }
  let signed = SignedMessage(
    head: messageBytes.extracting(first: count / 2), payload: messageBytes.extracting(droppingFirst: count / 2))
  return DeviceCryptography().isSignature(signatureBytes, of: signed, by: publicKey)
}

import AsvinBundle
import AsvinHost
import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// The bytes of a manifest with signatures. Every new signature was verified as a device verifies it.
struct SignedManifest {
  let bytes: [UInt8]
  let signatures: [[UInt8]]

  /// Signs a manifest with each key, and adds the signatures to the existing ones.
  init(_ bytes: [UInt8], with signers: [any Signer], beside existing: [[UInt8]] = []) throws {
    self.bytes = bytes
    var signatures = existing
    for signer in signers {
      let header = Envelope.protectedHeader(
        algorithm: signer.publicKey.algorithm, keyID: signer.publicKey.keyID(using: OpenSSL()))
      let message = Envelope.signedMessage(protectedHeader: header, payload: bytes)
      let signature = Envelope.sign1(protectedHeader: header, signature: try signer.signature(of: message))
      if !signatures.contains(signature) { signatures.append(signature) }
    }
    guard UInt64(signatures.count) <= Limit.signatures.value else {
      throw Failure(
        .usage, "a release carries at most \(Limit.signatures.value) signatures", hint: "sign with fewer keys")
    }
    self.signatures = signatures
    // A faulty machine or library must be detected here, and not on the devices. Each key alone must be accepted.
    for signer in signers {
      var acceptance = Acceptance(trust: [signer.publicKey])
      acceptance.baseSequence = .max
      _ = try acceptance.verify(envelope)
    }
  }

  var signatureFile: [UInt8] { Envelope.signatureFile(signatures) }

  var envelope: [UInt8] {
    get throws { try Envelope.joining(manifest: bytes, signatureFile: signatureFile) }
  }
}

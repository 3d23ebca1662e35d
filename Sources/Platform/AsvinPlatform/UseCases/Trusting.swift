import AsvinBundle
import AsvinHost
import AsvinCrypto
import AsvinVerifier

extension PlatformRows {
  /// Checks that a key which its file group trusts now has signed firmware: a key that was revoked after publishing starts no
  /// rollout. An image that came without a signature has none to check.
  ///
  /// - Throws: `Failure` with a reason.
  package func checkTrust(of id: ID<Firmware>) throws {
    guard let firmware = try firmware(id), let release = firmware.release else { return }
    let trust = try fileGroup(firmware.fileGroup)?.trust ?? []
    do {
      let keys = try trust.map { try PublicKey(pem: Array($0.utf8)) }
      guard !keys.isEmpty else {
        throw Failure(.notAllowed, "the file group trusts no key", hint: "give it the signer's public key")
      }
      var acceptance = Acceptance(trust: keys)
      acceptance.baseSequence = .max
      _ = try acceptance.verify(release.envelope)
    } catch {
      throw Failure(error, on: "firmware \(id.value)")
    }
  }
}

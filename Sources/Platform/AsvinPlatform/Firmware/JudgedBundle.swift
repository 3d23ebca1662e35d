package import AsvinHost
import AsvinBundle
import AsvinCrypto
package import AsvinManifest
import AsvinVerifier

/// A bundle that a key of its file group has signed, and whose every byte is what its manifest says.
package struct JudgedBundle: Sendable {
  /// The product, as the manifest names it.
  package let name: String
  /// The version.
  package let version: String
  /// The image in slot 0, which devices without our verifier get.
  package let image: Firmware.Content
  /// The release.
  package let release: Firmware.Release

  /// Judges a bundle.
  ///
  /// - Parameters:
  ///   - trust: the public keys of the file group, PEM.
  ///   - digest: SHA-256 of the bundle.
  /// - Throws: ``Failure`` with a reason where it is rejected.
  package init(_ source: any ByteSource & Sendable, digest: Digest, trust: [String]) throws(Failure) {
    do {
      var keys: [PublicKey] = []
      for text in trust { keys.append(try PublicKey(pem: Array(text.utf8))) }
      guard !keys.isEmpty else {
        throw Failure(.notAllowed, "the file group trusts no key", hint: "give it the signer's public key")
      }
      let reader = try BundleReader(source)
      let envelope = try reader.envelope()
      var acceptance = Acceptance(trust: keys)
      // It is for devices that may run anything before it.
      acceptance.baseSequence = .max
      let verified = try acceptance.verify(envelope)
      let members = verified.manifest.members
      try reader.readMembers(members) { _, _ in }
      let contents = BundleContents(of: source, manifest: reader.manifest, signatures: reader.signatureFile)
      guard let member = members.first(where: { verified.manifest.isImage($0) }) else {
        throw Failure(
          .rejected, "the bundle holds no whole image for slot 0", hint: "sign it with its image",
          reason: .noUsablePayload)
      }
      name = verified.manifest.name.text
      version = verified.manifest.version.text
      image = try Firmware.Content(of: contents.source(of: member, among: members))
      release = Firmware.Release(
        digest: verified.digest, sequence: verified.manifest.sequence, deviceClass: verified.manifest.deviceClass,
        envelope: envelope, bundle: digest)
    } catch {
      throw Failure(error, on: "the bundle")
    }
  }
}

extension Manifest {
  /// Whether a member is the image of slot 0.
  func isImage(_ member: BundleMember) -> Bool {
    guard case .payload(let component, let index) = member.role else { return false }
    return components[component].slot == 0 && components[component].payloads[index].kind == .image
  }
}

extension PlatformRows {
  /// Refuses a bundle that may not be listed.
  ///
  /// - Throws: ``PlatformError/sequenceTaken(_:)`` where another release of its class has its sequence number.
  package func checkPublishing(_ bundle: JudgedBundle, to group: ID<FileGroup>) throws {
    guard try firmware(bundle: bundle.release.bundle, in: group) == nil,
      let known = try firmware(of: bundle.release.deviceClass, sequence: bundle.release.sequence)
    else { return }
    guard known.release?.digest == bundle.release.digest else {
      throw PlatformError.sequenceTaken(bundle.release.sequence)
    }
  }
}

extension WritablePlatformRows {
  /// Lists a bundle that was judged. The same one again is not listed again.
  ///
  /// - Returns: the firmware, and whether it is new.
  /// - Throws: ``PlatformError/sequenceTaken(_:)`` where another release of its class has its sequence number: a device that
  ///   has the one would never take the other.
  package func publish(_ bundle: JudgedBundle, to group: ID<FileGroup>) throws -> (firmware: Firmware, isNew: Bool) {
    if let known = try firmware(bundle: bundle.release.bundle, in: group) { return (known, false) }
    try checkPublishing(bundle, to: group)
    let firmware = Firmware(
      id: ID(0), fileGroup: group, name: bundle.name, version: bundle.version, image: bundle.image,
      release: bundle.release)
    return (try add(firmware), true)
  }
}

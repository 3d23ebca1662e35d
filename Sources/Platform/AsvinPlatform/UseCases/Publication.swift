package import AsvinHost
import AsvinBundle
import AsvinCrypto
package import AsvinManifest
import AsvinVerifier

/// A bundle that a key of its file group has signed, and whose every byte has been verified against its manifest.
package struct AcceptedBundle: Sendable {
  /// The product's name in the manifest.
  package let name: String
  package let version: String
  /// The image for slot 0, which legacy devices get.
  package let image: Firmware.Content
  package let release: Firmware.Release
  package let manifest: Manifest
  /// The keys of the file group that have signed the release, in PEM.
  package let signers: [String]

  /// Verifies a bundle.
  ///
  /// - Parameters:
  ///   - digest: SHA-256 of the bundle.
  ///   - trust: the public keys of the file group in PEM.
  /// - Throws: ``Failure`` with a reason if the bundle is rejected.
  package init(_ source: any ByteSource & Sendable, digest: Digest, trust: [String]) throws(Failure) {
    do {
      let acceptance = try Acceptance(trusting: trust)
      let reader = try BundleReader(source)
      let envelope = try reader.envelope()
      let verified = try acceptance.verify(envelope)
      let members = verified.manifest.members
      try reader.readMembers(members)
      guard let member = members.first(where: { verified.manifest.isImage($0) }) else {
        throw Failure(
          .rejected, "the bundle has no complete image for slot 0", hint: "sign it with its image",
          reason: .noUsablePayload)
      }
      manifest = verified.manifest
      signers = try verified.signers.map { String(decoding: try $0.pem(), as: UTF8.self) }
      name = verified.manifest.name.text
      version = verified.manifest.version.text
      image = try Firmware.Content(of: reader.content(of: member, among: members))
      release = Firmware.Release(
        digest: verified.digest, sequence: verified.manifest.sequence, deviceClass: verified.manifest.deviceClass,
        envelope: envelope, bundle: digest)
    } catch {
      throw Failure(error, on: "the bundle")
    }
  }
}

extension Acceptance {
  /// Accepts releases that one of a file group's keys has signed, whatever a device runs before them.
  fileprivate init(trusting trust: [String]) throws {
    let keys = try trust.map { try PublicKey(pem: Array($0.utf8)) }
    guard !keys.isEmpty else {
      throw Failure(
        .notAllowed, "the file group trusts no key, or only keys whose time has ended",
        hint: "add the signer's public key: asvin-pack file-group trust")
    }
    self.init(trust: keys)
    baseSequence = .max
  }
}

extension Manifest {
  /// Whether a member is the image for slot 0.
  func isImage(_ member: BundleMember) -> Bool {
    guard case .payload(let component, let index) = member.role else { return false }
    return components[component].slot == 0 && components[component].payloads[index].kind == .image
  }
}

extension ReadTransaction {
  /// Refuses a bundle that may not be published.
  ///
  /// - Throws: ``PlatformError/sequenceTaken(_:)`` if another release of its class has its sequence number. A device that
  ///   has one of them would never accept the other.
  package func checkPublication(of bundle: AcceptedBundle, to group: ID<FileGroup>) throws {
    guard try firmware(bundle: bundle.release.bundle, in: group) == nil,
      let known = try firmware(of: bundle.release.deviceClass, sequence: bundle.release.sequence)
    else { return }
    guard known.release?.digest == bundle.release.digest else {
      throw PlatformError.sequenceTaken(bundle.release.sequence)
    }
    // A withdrawn release does not return in another file group.
    try known.requireOffered()
  }

  /// Checks that a key which the file group trusts now has signed the firmware, so that a key that was revoked after the
  /// publication, or whose time has ended, starts no rollout. An image without a bundle has no signature to check.
  ///
  /// - Throws: ``Failure`` with a reason.
  package func checkTrust(of id: ID<Firmware>, at now: Instant) throws {
    guard let firmware = try firmware(id), let release = firmware.release else { return }
    let trust = try fileGroup(firmware.fileGroup)?.keys(at: now) ?? []
    do {
      _ = try Acceptance(trusting: trust).verify(release.envelope)
    } catch {
      throw Failure(error, on: "firmware \(id.value)")
    }
  }
}

extension Firmware.Release {
  /// The manifest, which was verified at the publication.
  ///
  /// - Throws: `WireError` if the store is damaged.
  package func manifest() throws -> Manifest {
    let view = try EnvelopeView(envelope.span)
    return try Manifest(ManifestView(view.manifest))
  }

  /// Returns the keys in PEM, of some that are trusted, that have signed the release.
  ///
  /// - Throws: an error for a key that is damaged in the store.
  package func signers(among trust: [String]) throws -> [String] {
    do {
      guard !trust.isEmpty else { return [] }
      return try Acceptance(trusting: trust).verify(envelope).signers.map {
        String(decoding: try $0.pem(), as: UTF8.self)
      }
    } catch is Rejection {
      // None of the keys has signed it.
      return []
    }
  }
}

extension WriteTransaction {
  /// Publishes a bundle to a file group. Publishing it again changes nothing.
  ///
  /// - Returns: the firmware, and whether it is new.
  /// - Throws: ``PlatformError/sequenceTaken(_:)``, as ``checkPublication(of:to:)``.
  package func publish(
    _ bundle: AcceptedBundle, to group: ID<FileGroup>, at now: Instant? = nil
  ) throws -> (firmware: Firmware, isNew: Bool) {
    if let known = try firmware(bundle: bundle.release.bundle, in: group) {
      try known.requireOffered()
      return (known, false)
    }
    try checkPublication(of: bundle, to: group)
    var firmware = Firmware(
      id: ID(0), fileGroup: group, name: bundle.name, version: bundle.version, image: bundle.image,
      release: bundle.release)
    firmware.published = now
    return (try add(firmware), true)
  }
}

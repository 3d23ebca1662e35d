import AsvinBundle
import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinManifest
import AsvinPlatformAPI
import AsvinHost
import AsvinVerifier

// Restores the record of the slot sets from signed data: the envelope beside each slot set, and the images.
extension DeviceFolder {
  /// Finds the releases in both slot sets.
  ///
  /// - Throws: `FileError` if the system cannot read them.
  func foundSlotSets(_ identity: DeviceIdentity) throws -> SlotSets {
    var sets = SlotSets()
    for slotSet in SlotSet.allCases { sets[slotSet] = try found(slotSet, identity) }
    return sets
  }

  private func found(_ slotSet: SlotSet, _ identity: DeviceIdentity) throws -> SlotSetContent? {
    if let envelope = try bytes("\(slotSet.rawValue).envelope") {
      do {
        let manifest = try SignedManifest(envelope, for: identity)
        let content = SlotSetContent(
          release: manifest.digest.hexadecimal, version: manifest.version, sequence: manifest.sequence,
          images: manifest.images)
        if try damagedSlots(content, in: slotSet, of: identity).isEmpty { return content }
      } catch is Rejection {
        // A damaged envelope does not identify the release.
      }
    }
    guard let factory = identity.factory else { return nil }
    let content = SlotSetContent(
      release: "", version: factory.version, sequence: identity.factorySequence,
      images: factory.installed, isConfirmed: true)
    return try damagedSlots(content, in: slotSet, of: identity).isEmpty ? content : nil
  }

  /// Requires that the places that an operator named for a release exist. A device may appear after the agent.
  ///
  /// - Throws: `FileError`.
  func requirePlaces(_ content: SlotSetContent, in slotSet: SlotSet, of identity: DeviceIdentity) throws(FileError) {
    for known in content.images {
      guard let place = place(known.slot, in: slotSet, of: identity), place.room == nil else { continue }
      if try place.read() == nil { throw FileError.missing(place.path) }
    }
  }

  /// Returns the slots of a slot set whose images differ from the record.
  ///
  /// - Throws: `FileError` if the system cannot read them.
  func damagedSlots(_ content: SlotSetContent, in slotSet: SlotSet, of identity: DeviceIdentity) throws -> Set<UInt64> {
    var damaged: Set<UInt64> = []
    for known in content.images {
      let place = place(known.slot, in: slotSet, of: identity)
      if try place?.digest(upTo: known.size) != known.digest { damaged.insert(known.slot) }
    }
    return damaged
  }
}

extension SlotPlace {
  /// Returns SHA-256 of the first bytes in hexadecimal; `nil` if the place is missing or shorter.
  func digest(upTo count: UInt64) throws -> String? {
    guard let region = try read(), UInt64(region.file.count) >= count else { return nil }
    var hash = SHA256()
    try region.file.forEachPiece(upTo: count) { hash.update($0) }
    return hash.finish().hexadecimal
  }
}

extension DeviceIdentity.Factory {
  /// The images in the form of a slot set.
  var installed: [InstalledSlot] {
    (images ?? [DeviceIdentity.FactoryImage(slot: 0, size: size, digest: digest)]).map {
      InstalledSlot(slot: $0.slot, size: $0.size, digest: $0.digest)
    }
  }
}

/// The manifest of a release that was accepted before. Its signatures, vendor and class are verified again; the rollback
/// floor was checked then.
private struct SignedManifest {
  let digest: Digest
  let version: String
  let sequence: UInt64
  let images: [InstalledSlot]

  init(_ envelope: [UInt8], for identity: DeviceIdentity) throws {
    let parts = try identity.verifying()
    guard let trust = Trust(parts.anchors.span) else { throw Rejection(.untrustedKey) }
    let device = DevicePolicy(
      vendor: .required(parts.vendor), deviceClass: .required(parts.deviceClass), floor: .unchecked, sequence: nil,
      slots: .unchecked)
    let verified = try Verifier(OpenSSL()).verify(envelope.span, trust: trust, device: device)
    let manifest = try Manifest(verified.manifest)
    (digest, version, sequence) = (verified.digest, manifest.version.text, manifest.sequence)
    images = manifest.components.map {
      InstalledSlot(slot: $0.slot, size: $0.size, digest: $0.digest.hexadecimal)
    }
  }
}

extension DeviceIdentity {
  /// Returns the trust anchors, the vendor and the class by which releases are verified.
  ///
  /// - Throws: ``Failure`` if the identity is damaged.
  func verifying() throws -> (anchors: [TrustAnchor], vendor: Identifier, deviceClass: Identifier) {
    var anchors: [TrustAnchor] = []
    for text in trust { anchors.append(TrustAnchor(try PublicKey(pem: Array(text.utf8)), using: OpenSSL())) }
    guard !anchors.isEmpty, let vendor = Identifier(uuid: vendor), let deviceClass = Identifier(uuid: deviceClass)
    else {
      throw Failure(
        .failed, "the device's identity is damaged",
        hint: "enrol the device again in the same folder and with the same name; its key and its releases are kept")
    }
    return (anchors, vendor, deviceClass)
  }
}

extension DeviceIdentity {
  /// The conditions under which the device accepts a bundle, without its floor, which the installation checks.
  ///
  /// - Throws: ``Failure`` if the identity is damaged.
  func acceptance() throws(Failure) -> Acceptance {
    do {
      return Acceptance(trust: try trust.map { try PublicKey(pem: Array($0.utf8)) })
    } catch {
      throw Failure(error, on: "the keys that the device trusts")
    }
  }
}

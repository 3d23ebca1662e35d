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
        if try damagedSlots(content, in: slotSet).isEmpty { return content }
      } catch is Rejection {
        // A damaged envelope does not identify the release.
      }
    }
    guard let factory = identity.factory else { return nil }
    let content = SlotSetContent(
      release: "", version: factory.version, sequence: identity.factorySequence,
      images: [InstalledSlot(slot: 0, size: factory.size, digest: factory.digest)], isConfirmed: true)
    return try damagedSlots(content, in: slotSet).isEmpty ? content : nil
  }

  /// Returns the slots of a slot set whose images differ from the record.
  ///
  /// - Throws: `FileError` if the system cannot read them.
  func damagedSlots(_ content: SlotSetContent, in slotSet: SlotSet) throws -> Set<UInt64> {
    var damaged: Set<UInt64> = []
    for known in content.images where try !holds(known, in: slotSet) { damaged.insert(known.slot) }
    return damaged
  }

  private func holds(_ known: InstalledSlot, in slotSet: SlotSet) throws -> Bool {
    guard let file = try RegionFile(reading: image(known.slot, in: slotSet)), UInt64(file.count) >= known.size else {
      return false
    }
    var hash = SHA256()
    try file.forEachPiece(upTo: known.size) { hash.update($0) }
    return hash.finish().hexadecimal == known.digest
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

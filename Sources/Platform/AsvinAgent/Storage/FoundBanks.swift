import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinManifest
import AsvinVerifier

// What the banks hold, found out from what is signed: the envelope beside each bank, and the images themselves.
extension DeviceFolder {
  /// What both banks hold.
  ///
  /// - Throws: `FileError` where the system cannot read them.
  func foundBanks(_ identity: DeviceIdentity) throws -> Banks {
    var banks = Banks()
    for bank in Bank.allCases { banks[bank] = try found(bank, identity) }
    return banks
  }

  private func found(_ bank: Bank, _ identity: DeviceIdentity) throws -> BankContent? {
    if let envelope = try bytes("\(bank.rawValue).envelope") {
      do {
        let manifest = try SignedManifest(envelope, for: identity)
        let content = BankContent(
          release: manifest.digest.hexadecimal, version: manifest.version, sequence: manifest.sequence,
          images: manifest.images)
        if try damagedSlots(content, in: bank).isEmpty { return content }
      } catch is Rejection {
        // A damaged envelope says nothing about the bank.
      }
    }
    guard let factory = identity.factory else { return nil }
    let content = BankContent(
      release: "", version: factory.version, sequence: identity.factorySequence,
      images: [BankImage(slot: 0, size: factory.size, digest: factory.digest)], isConfirmed: true)
    return try damagedSlots(content, in: bank).isEmpty ? content : nil
  }

  /// The slots of a bank whose image is not the one that it is said to hold.
  ///
  /// - Throws: `FileError` where the system cannot read them.
  func damagedSlots(_ content: BankContent, in bank: Bank) throws -> Set<UInt64> {
    var damaged: Set<UInt64> = []
    for known in content.images where try !holds(known, in: bank) { damaged.insert(known.slot) }
    return damaged
  }

  private func holds(_ known: BankImage, in bank: Bank) throws -> Bool {
    guard let file = try RegionFile(reading: image(known.slot, in: bank)), UInt64(file.count) >= known.size else {
      return false
    }
    var hash = SHA256()
    try file.forEachPiece(upTo: known.size) { hash.update($0) }
    return hash.finish().hexadecimal == known.digest
  }
}

/// The manifest of a release that was accepted before: its signatures, vendor and class are verified again, its floor was.
private struct SignedManifest {
  let digest: Digest
  let version: String
  let sequence: UInt64
  let images: [BankImage]

  init(_ envelope: [UInt8], for identity: DeviceIdentity) throws {
    let parts = try identity.verifying()
    guard let trust = Trust(parts.anchors.span) else { throw Rejection(.untrustedKey) }
    let device = Device(
      vendor: .required(parts.vendor), deviceClass: .required(parts.deviceClass), floor: .unchecked, sequence: nil,
      slots: .unchecked)
    let verified = try Verifier(OpenSSL()).verify(envelope.span, trust: trust, device: device)
    let manifest = try Manifest(verified.manifest)
    (digest, version, sequence) = (verified.digest, manifest.version.text, manifest.sequence)
    images = manifest.components.map {
      BankImage(slot: $0.slot, size: $0.size, digest: $0.digest.hexadecimal)
    }
  }
}

extension DeviceIdentity {
  /// The trust anchors, vendor and class that releases are verified by.
  ///
  /// - Throws: ``Failure`` where the identity is damaged.
  func verifying() throws -> (anchors: [TrustAnchor], vendor: Identifier, deviceClass: Identifier) {
    var anchors: [TrustAnchor] = []
    for text in trust { anchors.append(TrustAnchor(try PublicKey(pem: Array(text.utf8)), using: OpenSSL())) }
    guard !anchors.isEmpty, let vendor = Identifier(uuid: vendor), let deviceClass = Identifier(uuid: deviceClass)
    else {
      throw Failure(
        .failed, "the device's identity is damaged",
        hint: "enrol the device again in the same folder and with the same name; its key and what it runs are kept")
    }
    return (anchors, vendor, deviceClass)
  }
}

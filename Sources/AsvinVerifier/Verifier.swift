import AsvinManifest
import AsvinWire

/// Decides whether a device may install a release. Pure: no I/O, no clock, no heap, and the first failure is the answer.
public struct Verifier<Provider: Cryptography & ~Copyable>: ~Copyable {
  let cryptography: Provider

  /// A verifier over a cryptographic library.
  public init(_ cryptography: consuming Provider) {
    self.cryptography = cryptography
  }

  /// Verifies an envelope's bytes for a device, in the order that the design fixes.
  ///
  /// - Throws: ``Rejection`` with the first reason against the release.
  @_lifetime(copy envelope)
  public func verify(
    _ envelope: Span<UInt8>, trust: borrowing Trust, device: borrowing Device
  ) throws(Rejection) -> VerifiedManifest {
    // Size limits; well-formed and deterministic (RFC 8949 §4.2.1). The manifest is still only bytes.
    let view = try open(envelope)
    // Key sets do not exist yet: what depends on them is refused by name, not passed over.
    guard !view.hasKeySetLinks else { throw Rejection(.keySetLinksUnsupported) }
    // Signatures over the bytes as stored reach the threshold.
    let signers = try signers(of: view, trust: trust)
    // Only now is the manifest parsed.
    let manifest = try parse(view.manifest)
    guard manifest.format == Schema.format else { throw Rejection(.unsupportedFormat) }
    try check(manifest, for: device)
    return VerifiedManifest(manifest, digest: cryptography.sha256(view.manifest), signers: signers)
  }

  @_lifetime(copy bytes)
  private func open(_ bytes: Span<UInt8>) throws(Rejection) -> EnvelopeView {
    do {
      return try EnvelopeView(bytes)
    } catch {
      throw Rejection(error, malformed: .envelopeMalformed)
    }
  }

  @_lifetime(copy bytes)
  private func parse(_ bytes: Span<UInt8>) throws(Rejection) -> ManifestView {
    do {
      return try ManifestView(bytes)
    } catch {
      throw Rejection(error, malformed: .manifestMalformed)
    }
  }

  /// The device's policy: vendor, class, rollback floor, base, key set, a usable payload for every component.
  private func check(_ manifest: ManifestView, for device: borrowing Device) throws(Rejection) {
    if case .required(let vendor) = device.vendor {
      guard isSame(vendor, manifest.vendor) else { throw Rejection(.wrongVendor) }
    }
    if case .required(let deviceClass) = device.deviceClass {
      guard isSame(deviceClass, manifest.deviceClass) else { throw Rejection(.wrongClass) }
    }
    if case .required(let floor) = device.floor {
      guard Decision.isAbove(manifest.sequence, floor) else { throw Rejection(.sequenceNotAboveFloor) }
    }
    guard device.isInReach(manifest.sequence) else { throw Rejection(.sequenceTooFar) }
    if let lowestBase = manifest.lowestBase {
      guard let sequence = device.sequence else { throw Rejection(.baseUnknown) }
      // The highest sequence number of all has no next one.
      let next = sequence < .max ? sequence &+ 1 : sequence
      guard Decision.isAbove(next, lowestBase) else { throw Rejection(.baseNotAllowed) }
    }
    guard manifest.keySetVersion == nil else { throw Rejection(.keySetRequired) }
    var cursor = manifest.components
    var slots: UInt32 = 0
    while let component = try next(&cursor) {
      guard device.has(component.slot, in: &slots) else { throw Rejection(.slotUnknown) }
      guard device.choice(for: component) != nil else { throw Rejection(.noUsablePayload) }
    }
    guard device.isComplete(slots) else { throw Rejection(.componentMissing) }
  }

  private func isSame(_ identifier: Identifier, _ bytes: Span<UInt8>) -> Bool {
    identifier.withSpan { Decision.areSame($0, bytes) }
  }

  @_lifetime(copy cursor)
  private func next(_ cursor: inout ComponentCursor) throws(Rejection) -> ComponentView? {
    do {
      return try cursor.next()
    } catch {
      throw Rejection(error, malformed: .manifestMalformed)
    }
  }
}

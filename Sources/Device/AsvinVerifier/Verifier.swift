import AsvinManifest

/// Decides whether a device may install a release. It does no I/O, reads no clock, uses no heap, and stops at the first
/// failure.
public struct Verifier<Provider: Cryptography & ~Copyable>: ~Copyable {
  let cryptography: Provider

  /// Creates a verifier that uses a cryptographic library.
  public init(_ cryptography: consuming Provider) {
    self.cryptography = cryptography
  }

  /// Verifies an envelope's bytes for a device. The order is fixed: size limits, well-formed envelope, signatures, and
  /// only then the manifest and the device's policy.
  ///
  /// - Throws: ``Rejection`` with the first reason against the release.
  @_lifetime(copy envelope)
  public func verify(
    _ envelope: Span<UInt8>, trust: borrowing Trust, device: borrowing DevicePolicy
  ) throws(Rejection) -> VerifiedManifest {
    // There are two passes, because one skipped instruction can affect only one of them.
    var (verdict, passes) = (VerdictWord(), 0)
    var release: VerifiedManifest
    repeat {
      release = try pass(envelope, trust: trust, device: device, adding: &verdict)
      passes &+= 1
    } while passes < 2
    release.verdict = verdict
    return release
  }

  /// Makes one of the two passes of a verification. Each step that a release passes adds its share to the verdict of
  /// the caller. If a skipped instruction hides a rejection, the share of that step is missing in the verdict.
  ///
  /// It is a separate function on a device. Otherwise the compiler could merge the two passes into one.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  @_lifetime(copy envelope)
  package func pass(
    _ envelope: Span<UInt8>, trust: borrowing Trust, device: borrowing DevicePolicy, adding verdict: inout VerdictWord
  ) throws(Rejection) -> VerifiedManifest {
    // Size limits; well-formed and deterministic (RFC 8949 §4.2.1). The manifest is still only bytes.
    let view = try open(envelope)
    // The signatures over the stored bytes reach the threshold.
    var signers: UInt32 = 0
    if let reason = reason(against: view, trust: trust, signers: &signers) { throw Rejection(reason) }
    verdict.add(.signatures)
    // Only now is the manifest parsed.
    let manifest = try parse(view.manifest)
    if let reason = reason(against: manifest, for: device, &verdict) { throw Rejection(reason) }
    return VerifiedManifest(manifest, digest: cryptography.sha256(manifest.bytes), signers: signers)
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

  /// Checks a manifest: its format, and the device's policy: vendor, class, rollback floor, base, key set, and a usable
  /// payload for every component.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func reason(
    against manifest: ManifestView, for device: borrowing DevicePolicy, _ verdict: inout VerdictWord
  ) -> Reason? {
    guard manifest.format == ManifestSchema.format else { return .unsupportedFormat }
    guard meets(device.vendor, manifest.vendor, .vendor, &verdict) else { return .wrongVendor }
    guard meets(device.deviceClass, manifest.deviceClass, .deviceClass, &verdict) else { return .wrongClass }
    let number = manifest.sequence
    if case .required(let floor) = device.floor {
      guard Decision.answer(number > floor) else { return .sequenceNotAboveFloor }
      verdict.add(.floor)
      guard number &- floor <= device.longestStep else { return .sequenceTooFar }
    }
    if let lowestBase = manifest.lowestBase {
      guard let sequence = device.sequence else { return .baseUnknown }
      guard Decision.answer(sequence >= lowestBase) else { return .baseNotAllowed }
    }
    guard !manifest.needsKeySet else { return .keySetRequired }
    var cursor = manifest.components
    var slots: UInt32 = 0
    // A manifest that was read to its end cannot fail here. If it did, a component would be missing.
    while let component = try? cursor.next() {  // cannot fail: it was read to its end
      guard device.has(component.slot, in: &slots) else { return .slotUnknown }
      let isChosen = device.chosenSlots &>> UInt32(truncatingIfNeeded: component.slot) & 1 == 1
      guard !isChosen || device.choice(for: component) != nil else { return .noUsablePayload }
    }
    return device.isComplete(slots) ? nil : .componentMissing
  }

  /// Whether an identifier is the one that a device demands.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func meets(
    _ demand: DevicePolicy.Demand<Identifier>, _ bytes: Span<UInt8>, _ step: VerdictWord.Step,
    _ verdict: inout VerdictWord
  ) -> Bool {
    guard case .required(let identifier) = demand else { return true }
    guard Decision.answer(identifier.matches(bytes)) else { return false }
    verdict.add(step)
    return true
  }
}

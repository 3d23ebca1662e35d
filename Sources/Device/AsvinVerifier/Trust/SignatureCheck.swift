import AsvinManifest

extension Verifier where Provider: ~Copyable {
  /// Checks whether enough trusted keys signed an envelope, before its manifest is parsed. Sets a bit in `signers` for
  /// each of those keys. Returns `nil`, or the reason against the envelope.
  ///
  /// The trusted key determines the algorithm. The `kid` of a signature only selects keys: each trusted key with that
  /// id is tried. A key counts once, even if it made several signatures. A signature that is not valid is ignored. If
  /// too few are valid, the rejection has the reason of the signature that passed most checks.
  ///
  /// It is a separate function on a device, so that its stack is free before the manifest is parsed.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func reason(
    against envelope: borrowing EnvelopeView, trust: borrowing Trust, signers: inout UInt32
  ) -> Reason? {
    // Key sets do not exist yet. A release that needs one is refused with a reason of its own.
    guard !envelope.hasKeySetLinks else { return .keySetLinksUnsupported }
    var distinct: UInt32 = 0
    var closest = Reason.unsigned
    var cursor = envelope.signatures
    // An envelope that was read to its end cannot fail here. If it did, the signatures that follow would not count.
    while let signature = try? cursor.next() {  // cannot fail: it was read to its end
      if closest == .unsigned { closest = .untrustedKey }
      for index in trust.anchors.indices {
        guard trust.anchors[index].keyID.matches(signature.keyID) else { continue }
        if signers & (1 &<< UInt32(truncatingIfNeeded: index)) != 0 || isRepeated(index, in: trust) { continue }
        if let failure = failure(of: signature, over: envelope.manifest, by: trust.anchors[index].key) {
          if failure.rawValue > closest.rawValue { closest = failure }
        } else {
          signers |= 1 &<< UInt32(truncatingIfNeeded: index)
          distinct &+= 1
        }
      }
    }
    guard Decision.answer(distinct >= UInt32(truncatingIfNeeded: trust.threshold)) else {
      return distinct == 0 ? closest : .thresholdNotReached
    }
    return nil
  }

  /// Whether an earlier anchor has the same key.
  private func isRepeated(_ index: Int, in trust: borrowing Trust) -> Bool {
    for earlier in 0..<index where trust.anchors[earlier].key == trust.anchors[index].key { return true }
    return false
  }

  private func failure(of signature: SignatureView, over manifest: Span<UInt8>, by key: PublicKey) -> Reason? {
    guard isManifestType(signature.type) else { return .wrongSignedType }
    guard signature.isBy(key.algorithm) else { return .algorithmMismatch }
    let signed = signature.signature
    if key.algorithm == .ed25519, !key.withBytes({ Ed25519Profile.admits(signature: signed, key: $0) }) {
      return .badSignature
    }
    let isGood = SignatureStructure.withHead(
      protectedHeader: signature.protectedHeader, payloadBytes: manifest.count
    ) { head in
      Decision.answer(cryptography.isSignature(signed, of: SignedMessage(head: head, payload: manifest), by: key))
    }
    return isGood ? nil : .badSignature
  }

  private func isManifestType(_ type: Span<UInt8>) -> Bool {
    let expected = ManifestSchema.manifestType
    let bytes = unsafe UnsafeBufferPointer(start: expected.utf8Start, count: expected.utf8CodeUnitCount)
    return unsafe equal(bytes.span, type)
  }
}

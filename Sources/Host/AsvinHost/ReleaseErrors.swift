package import AsvinManifest
package import AsvinVerifier

// The errors of the device wing. They cannot explain themselves in their own files, because a microcontroller has no
// text.

extension Rejection: Explained {
  package func failure(on name: String) -> Failure {
    var message = "'\(name)' is rejected: \(reason.name)"
    if let defect {
      let part = reason.rawValue < 20 ? "envelope" : "manifest"
      message += " (\(defect.fault.words) at byte \(defect.offset) of the \(part))"
    }
    return Failure(.rejected, message, hint: reason.hint, reason: reason)
  }
}

extension WireError: Explained {
  package func failure(on name: String) -> Failure {
    Failure(.rejected, "'\(name)' is malformed: \(fault.words) at byte \(offset)", reason: .manifestMalformed)
  }
}

extension Reason {
  /// The operator's next step after a rejection.
  package var hint: String? {
    switch self {
    case .unsigned: "sign it with: asvin-pack sign"
    case .untrustedKey: "none of the keys given with --trust signed it; 'asvin-pack inspect' shows the key ids"
    case .thresholdNotReached: "sign it with more of the trusted keys: asvin-pack sign --on-signed append"
    case .badSignature: "the manifest or its signature was changed; get the bundle again from its source"
    case .algorithmMismatch: "the signature names another algorithm than its key has; do not trust its source"
    case .wrongSignedType: "the signature was not made for a manifest"
    case .wrongVendor: "the release is for another vendor's devices"
    case .wrongClass: "the release is for another class of devices"
    case .sequenceNotAboveFloor: "release again with a higher sequence number"
    case .baseNotAllowed: "install an earlier release on the device first"
    case .baseUnknown:
      "the release names the oldest release that it can follow; give the device's release with --base-sequence"
    case .keySetRequired, .keySetLinksUnsupported: "this version does not support key sets; use a newer asvin-pack"
    case .unsupportedFormat, .unknownCriticalField: "the bundle needs a newer version of asvin-pack"
    case .archiveTruncated, .payloadTruncated: "the file is incomplete; copy or download it again"
    case .archiveMalformed: "the file is not a bundle of asvin-pack, or it was changed"
    case .envelopeTooLarge, .envelopeMalformed, .manifestTooLarge, .notDeterministic, .duplicateKey, .limitExceeded,
      .manifestMalformed, .noUsablePayload, .payloadTooLong, .payloadDigestMismatch, .imageDigestMismatch,
      .attachmentDigestMismatch, .linkDigestMismatch, .patchNotVerified, .patchInvalid, .archiveNotCanonical,
      .archiveMemberUnexpected, .archiveMemberMissing:
      "get the bundle again from its source"
    case .sequenceTooFar: "release again with a sequence number closer to the last one"
    case .slotUnknown: "the release has a component for a slot that the device does not have"
    case .componentMissing: "the release must have a component for each slot of the device"
    case .baseDigestMismatch:
      "the device does not run the image that the patch was made from; send it the complete image"
    case .imageTooLarge, .chunkTooLarge: "the image does not fit the device; make the release for its class"
    case .flashGeometryMismatch: "the patch was made for other flash; make it for this class of devices"
    case .slotInUse: "an update is in progress on the device; try again after its next start"
    case .flashFailed: "the device could not write its flash"
    case .notConfirmed: "the device started the release and reverted it; read the device's own log"
    }
  }
}

extension WireFault {
  var words: String {
    switch self {
    case .truncated: "the bytes end inside an item"
    case .trailingBytes: "bytes after the end"
    case .notShortest: "an encoding that is longer than necessary"
    case .indefiniteLength: "an indefinite length"
    case .unsortedKeys: "map keys out of order"
    case .duplicateKey: "a duplicate map key"
    case .unsupportedItem: "an item type that the format does not define"
    case .wrongType: "an item of the wrong type"
    case .invalidText: "text that is not UTF-8"
    case .overLimit(let limit): "more than \(limit.value) \(limit.name)"
    case .unknownKey: "an unknown key"
    case .missingKey: "a missing key"
    case .invalidValue: "a value that is not allowed"
    }
  }
}

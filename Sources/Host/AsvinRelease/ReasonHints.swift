import AsvinVerifier
import AsvinManifest

extension Reason {
  /// What to do next, for a person.
  var hint: String? {
    switch self {
    case .unsigned: "sign it with: asvin-pack sign"
    case .untrustedKey: "none of the keys given with --trust signed it; 'asvin-pack inspect' shows the key ids"
    case .thresholdNotReached: "more of the trusted keys must sign it: asvin-pack sign --on-signed append"
    case .badSignature: "the manifest or its signature was changed; get the bundle again from where it was made"
    case .algorithmMismatch: "the signature claims another algorithm than its key has; do not trust where it came from"
    case .wrongSignedType: "the signature was made for something else than a manifest"
    case .wrongVendor: "the release is for another vendor's devices"
    case .wrongClass: "the release is for another class of devices"
    case .sequenceNotAboveFloor: "release again with a higher sequence number"
    case .baseNotAllowed: "the device must take an earlier release first"
    case .baseUnknown: "the release states the oldest release it may follow; give the device's with --base-sequence"
    case .keySetRequired, .keySetLinksUnsupported: "this version does not know key sets yet; use a newer asvin-pack"
    case .unsupportedFormat, .unknownCriticalField: "a newer asvin-pack made it; use that"
    case .archiveTruncated, .payloadTruncated: "the file was cut; copy or download it again"
    case .archiveMalformed: "it is no bundle of asvin-pack, or it was changed"
    case .envelopeTooLarge, .envelopeMalformed, .manifestTooLarge, .notDeterministic, .duplicateKey, .limitExceeded,
      .manifestMalformed, .noUsablePayload, .payloadTooLong, .payloadDigestMismatch, .imageDigestMismatch,
      .attachmentDigestMismatch, .linkDigestMismatch, .patchNotVerified, .patchInvalid, .archiveNotCanonical,
      .archiveMemberUnexpected, .archiveMemberMissing:
      "get the bundle again from where it was made"
    case .sequenceTooFar: "release again with a sequence number nearer to the last one"
    case .slotUnknown: "the release has a component that this device has no slot for"
    case .componentMissing: "the release must have a component for each slot of the device"
    case .baseDigestMismatch: "the device does not run the image that the patch is for; it needs the complete image"
    case .imageTooLarge, .chunkTooLarge: "the image does not fit the device; make the release for its class"
    case .flashGeometryMismatch: "the patch was made for other flash; make it for this class of devices"
    case .slotInUse: "an update is under way on the device; try again after its next start"
    case .flashFailed: "the device could not write its flash"
    case .notConfirmed: "the device started it, and went back to what it had: look at its own log"
    }
  }
}

extension WireFault {
  /// The defect in words.
  var words: String {
    switch self {
    case .truncated: "bytes end inside an item"
    case .trailingBytes: "bytes after the end"
    case .notShortest: "a longer encoding than needed"
    case .indefiniteLength: "an indefinite length"
    case .unsortedKeys: "map keys out of order"
    case .duplicateKey: "a map key twice"
    case .unsupportedItem: "an item that the format has not"
    case .wrongType: "an item of another type"
    case .invalidText: "text that is not UTF-8"
    case .overLimit(let limit): "more than \(limit.value) \(limit.name)"
    case .unknownKey: "an unknown key"
    case .missingKey: "a missing key"
    case .invalidValue: "a value that is not allowed"
    }
  }
}

/// The reason why a release is rejected. The Swift library, the C interface, the JSON of the command line (`reason`,
/// `code`) and the failure reports of the platform share this table. The meaning of a code never changes.
public enum Reason: UInt8, CaseIterable, Sendable {
  // 10–19: the envelope, before any signature is checked.
  case envelopeTooLarge = 10
  case envelopeMalformed = 11
  case manifestTooLarge = 12
  case notDeterministic = 13
  case duplicateKey = 14
  case unknownCriticalField = 15
  case limitExceeded = 16
  case keySetLinksUnsupported = 17

  // 20–29: the signatures.
  case unsigned = 20
  case untrustedKey = 21
  case wrongSignedType = 22
  case algorithmMismatch = 23
  case badSignature = 24
  case thresholdNotReached = 25

  // 30–39: the manifest, after its signatures were accepted.
  case manifestMalformed = 30
  case unsupportedFormat = 31

  // 40–49: the policy of the device.
  case wrongVendor = 40
  case wrongClass = 41
  case sequenceNotAboveFloor = 42
  case baseNotAllowed = 43
  case baseUnknown = 44
  case keySetRequired = 45
  case noUsablePayload = 46
  /// The sequence number is further above the floor than the device accepts in one step.
  case sequenceTooFar = 47
  /// The release is for a slot that the device does not have.
  case slotUnknown = 48
  /// A component is missing or present twice. A release is installed completely or not at all.
  case componentMissing = 49

  // 50–59: payloads and images.
  case payloadTruncated = 50
  case payloadTooLong = 51
  case payloadDigestMismatch = 52
  case imageDigestMismatch = 53
  case attachmentDigestMismatch = 54
  case linkDigestMismatch = 55
  case patchNotVerified = 56
  case patchInvalid = 57
  /// The slot does not hold the image that the patch is for.
  case baseDigestMismatch = 58

  // 60–69: the bundle's archive.
  case archiveMalformed = 60
  case archiveTruncated = 61
  case archiveNotCanonical = 62
  case archiveMemberUnexpected = 63
  case archiveMemberMissing = 64

  // 70–79: the device that installs.
  case imageTooLarge = 70
  case chunkTooLarge = 71
  case flashFailed = 72
  /// The patch was made for erase blocks of another size, or needs more of them than the device has.
  case flashGeometryMismatch = 73
  /// The slot holds the running image, the image that the next start runs, or an update on trial.
  case slotInUse = 74
  /// The update was started but not confirmed. The device reverted to the old image.
  case notConfirmed = 80

  /// The reason's name in JSON and in messages.
  public var name: StaticString {
    switch self {
    case .envelopeTooLarge: "envelope-too-large"
    case .envelopeMalformed: "envelope-malformed"
    case .manifestTooLarge: "manifest-too-large"
    case .notDeterministic: "not-deterministic"
    case .duplicateKey: "duplicate-key"
    case .unknownCriticalField: "unknown-critical-field"
    case .limitExceeded: "limit-exceeded"
    case .keySetLinksUnsupported: "key-set-links-unsupported"
    case .unsigned: "unsigned"
    case .untrustedKey: "untrusted-key"
    case .wrongSignedType: "wrong-signed-type"
    case .algorithmMismatch: "algorithm-mismatch"
    case .badSignature: "bad-signature"
    case .thresholdNotReached: "threshold-not-reached"
    case .manifestMalformed: "manifest-malformed"
    case .unsupportedFormat: "unsupported-format"
    case .wrongVendor: "wrong-vendor"
    case .wrongClass: "wrong-class"
    case .sequenceNotAboveFloor: "sequence-not-above-floor"
    case .baseNotAllowed: "base-not-allowed"
    case .baseUnknown: "base-unknown"
    case .keySetRequired: "key-set-required"
    case .noUsablePayload: "no-usable-payload"
    case .sequenceTooFar: "sequence-too-far"
    case .slotUnknown: "slot-unknown"
    case .componentMissing: "component-missing"
    case .payloadTruncated: "payload-truncated"
    case .payloadTooLong: "payload-too-long"
    case .payloadDigestMismatch: "payload-digest-mismatch"
    case .imageDigestMismatch: "image-digest-mismatch"
    case .attachmentDigestMismatch: "attachment-digest-mismatch"
    case .linkDigestMismatch: "link-digest-mismatch"
    case .patchNotVerified: "patch-not-verified"
    case .patchInvalid: "patch-invalid"
    case .baseDigestMismatch: "base-digest-mismatch"
    case .archiveMalformed: "archive-malformed"
    case .archiveTruncated: "archive-truncated"
    case .archiveNotCanonical: "archive-not-canonical"
    case .archiveMemberUnexpected: "archive-member-unexpected"
    case .archiveMemberMissing: "archive-member-missing"
    case .imageTooLarge: "image-too-large"
    case .chunkTooLarge: "chunk-too-large"
    case .flashFailed: "flash-failed"
    case .flashGeometryMismatch: "flash-geometry-mismatch"
    case .slotInUse: "slot-in-use"
    case .notConfirmed: "not-confirmed"
    }
  }
}

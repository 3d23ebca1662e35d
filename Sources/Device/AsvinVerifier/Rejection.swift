public import AsvinManifest

/// The first reason against a release.
public struct Rejection: Error, Equatable, Sendable {
  /// The reason, from the one table.
  public let reason: Reason
  /// The defect in the encoding, if that is the reason. Its offset counts from the start of the envelope for reasons
  /// below 20, and from the start of the manifest for the others.
  public let defect: WireError?

  /// A rejection for a reason.
  public init(_ reason: Reason, defect: WireError? = nil) {
    self.reason = reason
    self.defect = defect
  }

  /// Creates a rejection for a defect in encoded bytes. `malformed` is the reason for a defect that has none of its
  /// own.
  public init(_ defect: WireError, malformed: Reason) {
    let reason: Reason =
      switch defect.fault {
      case .overLimit(.envelopeBytes): .envelopeTooLarge
      case .overLimit(.manifestBytes): .manifestTooLarge
      case .overLimit: .limitExceeded
      case .duplicateKey: .duplicateKey
      case .unknownKey: .unknownCriticalField
      case let fault where fault.isEncodingChoice: .notDeterministic
      default: malformed
      }
    self.init(reason, defect: defect)
  }
}

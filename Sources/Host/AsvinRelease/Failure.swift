package import AsvinVerifier

/// Why a verb did not do its work: what failed, by name, then what to do next.
package struct Failure: Error, Equatable, Sendable {
  /// What went wrong, as an exit code tells it.
  package enum Kind: Int32, Sendable {
    /// The work could not be done.
    case failed = 1
    /// The call itself is wrong.
    case usage = 64
    /// A release, an image or another input is rejected.
    case rejected = 65
    /// An input is not there.
    case inputMissing = 66
    /// A server does not answer.
    case unreachable = 69
    /// An output cannot be written.
    case cannotWrite = 73
    /// The system or a rule does not allow it.
    case notAllowed = 77
  }

  /// The exit code.
  package let kind: Kind
  /// The reason code, where a release is rejected.
  package let reason: Reason?
  /// What failed, by name, in lower case.
  package let message: String
  /// What to do next.
  package let hint: String?
  /// The status of the HTTP reply that refused, where there was one.
  package var status: Int?
  /// Seconds after which the server wants to be asked again, where it says so.
  package var retryAfter: Double?

  /// The reason's name, where there is a reason.
  package var reasonName: String? { reason.map { "\($0.name)" } }
  /// The reason's code, where there is a reason.
  package var reasonCode: UInt8? { reason?.rawValue }

  /// A failure of its parts.
  package init(_ kind: Kind, _ message: String, hint: String? = nil, reason: Reason? = nil) {
    self.kind = kind
    self.reason = reason
    self.message = message
    self.hint = hint
  }
}

package import AsvinVerifier

/// Why a command failed: what failed, by name, and what to do next.
package struct Failure: Error, Equatable, Sendable {
  /// The class of a failure. The raw value is the exit code.
  package enum Kind: Int32, Sendable {
    case failed = 1
    /// The arguments are wrong.
    case usage = 64
    /// A release, an image or another input is rejected.
    case rejected = 65
    case inputMissing = 66
    /// A server does not answer.
    case unreachable = 69
    case cannotWrite = 73
    /// The system or a rule does not permit the operation.
    case notAllowed = 77
  }

  package let kind: Kind
  /// The reason code of a release that is rejected.
  package let reason: Reason?
  /// What failed, by name, in lower case.
  package let message: String
  /// What to do next, in the imperative.
  package let hint: String?
  /// The status of the HTTP reply that reported the failure.
  package var status: Int?
  /// Seconds after which the server asks for the next attempt.
  package var retryAfter: Double?

  package var reasonName: String? { reason.map { "\($0.name)" } }
  package var reasonCode: UInt8? { reason?.rawValue }

  package init(_ kind: Kind, _ message: String, hint: String? = nil, reason: Reason? = nil) {
    self.kind = kind
    self.reason = reason
    self.message = message
    self.hint = hint
  }

  /// Describes any error that was thrown while the program worked on `name`.
  package init(_ error: any Error, on name: String) {
    switch error {
    case let failure as Failure: self = failure
    case let error as any Explained: self = error.failure(on: name)
    default: self.init(.failed, "'\(name)': \(error)")
    }
  }
}

/// An error that can be shown to a user. The conformance is declared in the file of the error.
package protocol Explained: Error {
  /// Returns the failure to show.
  ///
  /// - Parameter name: the file, key or release that the program worked on.
  func failure(on name: String) -> Failure
}

/// Runs a block and turns every error into a ``Failure`` about `name`.
package func explaining<Result: ~Copyable>(
  _ name: @autoclosure () -> String, _ body: () throws -> Result
) throws(Failure) -> Result {
  do {
    return try body()
  } catch {
    throw Failure(error, on: name())
  }
}

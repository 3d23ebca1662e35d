package import AsvinHost
package import AsvinVerifier
package import AsvinManifest

/// Why a bundle cannot be read or written.
package enum BundleError: Error, Equatable, Sendable {
  /// The bundle is rejected; the text names the member or place.
  case rejected(Reason, at: String)
  /// A file operation failed.
  case file(FileError)
  /// A member is larger than the archive can hold.
  case overLimit(Limit, name: String)
  /// A file changed after it was hashed and before it was copied.
  case changedWhileRead(name: String)
  /// libarchive refused an operation that should not fail.
  case library(String)
}

extension BundleError: Explained {
  package func failure(on name: String) -> Failure {
    switch self {
    case .rejected(let reason, let place):
      Failure(.rejected, "'\(name)' is rejected: \(reason.name) (\(place))", hint: reason.hint, reason: reason)
    case .file(let error): error.failure(on: name)
    case .overLimit(let limit, let member): Failure(.rejected, "'\(member)' has more than \(limit.value) \(limit.name)")
    case .changedWhileRead(let member):
      Failure(
        .failed, "'\(name)' changed while it was read (\(member))",
        hint: "run the command again when nothing writes to it")
    case .library(let operation): Failure(.failed, "libarchive could not \(operation)")
    }
  }
}

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
  /// A file changed between the time it was hashed and the time it was copied.
  case changedWhileRead(name: String)
  /// libarchive refused an operation that should not fail.
  case library(String)
}

/// What signing does with a file that is a signed bundle already.
package enum OnSigned: String, CaseIterable, Sendable {
  /// Refuses.
  case error
  /// Leaves it as it is, and says so.
  case skip
  /// Signs its manifest anew, and drops the signatures that were there.
  case replace
  /// Adds signatures to those that are there.
  case append
}

/// Finds sequence numbers that would leave no room for later releases: a device that installed one can never go back.
enum SequenceCheck {
  /// Above every number that a version, a build counter, or a date in seconds, milliseconds or digits gives.
  static let highest: UInt64 = 1 << 48
  /// Far more than a change from versions to dates.
  static let longestJump: UInt64 = 1 << 45

  /// A finding about the number itself.
  static func finding(on sequence: UInt64, file: String) -> LintFinding? {
    guard sequence > highest else { return nil }
    return LintFinding(
      rule: .sequence, file: file,
      message: "sequence number \(sequence) is above \(highest): few or no releases could follow it",
      hint: "give a lower --sequence; every later release needs a higher one")
  }

  /// A finding about its distance from the last release.
  static func finding(on sequence: UInt64, after last: UInt64, file: String) -> LintFinding? {
    guard sequence > last, sequence - last > longestJump else { return nil }
    return LintFinding(
      rule: .sequence, file: file,
      message: "sequence number \(sequence) is \(sequence - last) above the last release's \(last)",
      hint: "check --sequence: a device that installs the release takes no lower number again")
  }
}

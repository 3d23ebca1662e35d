/// Finds sequence numbers that exhaust the range: a device that has installed the largest number can never be updated
/// again, and no bundle can undo that.
package enum SequenceCheck {
  /// The largest step from one release to the next. It covers all numbers that are derived from versions, and a date of
  /// twelve or fourteen digits that is six years later.
  package static let largestStep: UInt64 = 1 << 36
  /// The largest number of a first release. Dates of fourteen digits stay below it until the year 2814.
  package static let largestStart: UInt64 = 1 << 48

  static func findings(on draft: ReleaseDraft, file: String) -> [LintFinding] {
    guard let sequence = draft.sequence, sequence > largestStart else { return [] }
    return [finding("sequence number \(sequence) is above \(largestStart)", file)]
  }

  static func findings(_ sequence: UInt64, after last: UInt64, file: String) -> [LintFinding] {
    // One finding is enough for a number above both limits.
    guard sequence > last, sequence - last > largestStep, sequence <= largestStart else { return [] }
    return [finding("sequence number \(sequence) is \(sequence - last) above the last one, \(last)", file)]
  }

  private static func finding(_ message: String, _ file: String) -> LintFinding {
    LintFinding(
      rule: .sequenceJump, file: file, message: "\(message): no lower number can be installed after it",
      hint: "check --sequence; --allow \(LintRule.sequenceJump.rawValue) signs it as it is")
  }
}

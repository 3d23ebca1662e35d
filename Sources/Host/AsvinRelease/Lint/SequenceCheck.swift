/// Finds sequence numbers that use up the numbers after them: a device that has installed the largest one can never be
/// updated again, and no bundle takes that back.
package enum SequenceCheck {
  /// The largest step from one release to the next: all versions that a number is derived from lie within it, and so
  /// does a date of twelve or fourteen digits that is six years later.
  package static let largestStep: UInt64 = 1 << 36
  /// The largest number where no release before it is known; dates of fourteen digits are below it until the year 2814.
  package static let largestStart: UInt64 = 1 << 48

  static func findings(on draft: ReleaseDraft, file: String) -> [LintFinding] {
    guard let sequence = draft.sequence, sequence > largestStart else { return [] }
    return [finding("sequence number \(sequence) is above \(largestStart)", file)]
  }

  static func findings(_ sequence: UInt64, after last: UInt64, file: String) -> [LintFinding] {
    // Above the other bound, one finding is enough.
    guard sequence > last, sequence - last > largestStep, sequence <= largestStart else { return [] }
    return [finding("sequence number \(sequence) is \(sequence - last) above the last one, \(last)", file)]
  }

  private static func finding(_ message: String, _ file: String) -> LintFinding {
    LintFinding(
      rule: .sequenceJump, file: file, message: "\(message): no lower number can be installed after it",
      hint: "check --sequence; --allow \(LintRule.sequenceJump.rawValue) signs it as it is")
  }
}

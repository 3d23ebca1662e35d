/// A rule that lint checks before signing.
package enum LintRule: String, CaseIterable, Codable, Sendable {
  /// The image is larger than its slot, or the board does not have the slot.
  case slot
  /// The slot accepts only images of other formats.
  case format
  /// The image has another role than the slot: a bootloader, a complete flash image, a file system.
  case role
  /// The image is for another chip than that of the template.
  case chip
  /// A checksum or digest inside the image is wrong.
  case integrity
  /// The image contains another version than the requested one.
  case version
  /// The sequence number or version is not above the last published in the group.
  case rollback
  /// The sequence number is so far above the last one that it is probably mistyped. A device could never go back below it.
  case sequenceJump = "sequence-jump"
  /// The image holds a private key.
  case privateKey = "private-key"
  /// The image trusts a key whose private half is published.
  case testKey = "test-key"
}

/// A reason not to sign.
package struct LintFinding: Codable, Equatable, Sendable {
  package let rule: LintRule
  package let file: String
  /// The defect, in lower case.
  package let message: String
  /// The next step.
  package let hint: String
}

/// The findings of lint in the images of a release.
package struct LintReport: Encodable, Sendable {
  /// The image of slot 0.
  package let file: String
  /// The format of the image of slot 0.
  package let format: String
  /// `passed` or `refused`.
  package let result: String
  package let findings: [LintFinding]

  init(file: String, format: String, findings: [LintFinding]) {
    self.file = file
    self.format = format
    self.findings = findings
    result = findings.isEmpty ? "passed" : "refused"
  }
}

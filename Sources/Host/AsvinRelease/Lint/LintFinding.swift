/// What lint checks before anything is signed.
package enum LintRule: String, CaseIterable, Codable, Sendable {
  /// The image is larger than its slot, or the board has no such slot.
  case slot
  /// The slot takes images of other formats.
  case format
  /// The image is not what the slot is for: a bootloader, a complete flash image, a file system.
  case role
  /// The image is for another chip than the template's.
  case chip
  /// A checksum or digest inside the image is wrong.
  case integrity
  /// The image holds another version than the one asked for.
  case version
  /// The sequence number or version is not above the last published in the group.
  case rollback
  /// The sequence number is so far above the last one that it was mistyped, and no device could go back.
  case sequenceJump = "sequence-jump"
  /// The image holds a private key.
  case privateKey = "private-key"
  /// The image trusts a key whose private half is published.
  case testKey = "test-key"
}

/// A reason not to sign.
package struct LintFinding: Codable, Equatable, Sendable {
  /// The rule that is broken.
  package let rule: LintRule
  /// The file.
  package let file: String
  /// What is wrong, in lower case.
  package let message: String
  /// What to do next.
  package let hint: String
}

/// What lint found in an image and its further slots.
package struct LintReport: Encodable, Sendable {
  /// The image of slot 0.
  package let file: String
  /// The format of the image of slot 0.
  package let format: String
  /// `passed` or `refused`.
  package let result: String
  /// The findings.
  package let findings: [LintFinding]

  init(file: String, format: String, findings: [LintFinding]) {
    self.file = file
    self.format = format
    self.findings = findings
    result = findings.isEmpty ? "passed" : "refused"
  }
}

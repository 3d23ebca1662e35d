import AsvinBundle
import AsvinImage
import AsvinManifest

/// Checks an image against its board, its release and what was published before.
public struct Lint: Sendable {
  /// What is said about the release.
  public var options: ReleaseOptions

  /// A check of a release.
  public init(_ options: ReleaseOptions) { self.options = options }

  /// Looks at everything, and gives all findings.
  ///
  /// - Throws: ``Failure`` where something cannot be read.
  public func run(in surroundings: Surroundings) throws(Failure) -> LintReport {
    let surroundings = surroundings.oneRun()
    let draft = try ReleaseDraft(options, in: surroundings)
    let report = LintReport(file: options.file, findings: try Self.findings(on: draft, options, in: surroundings))
    do throws(FileError) {
      try surroundings.inputs.requireUnchanged()
    } catch {
      throw Failure(error)
    }
    return report
  }

  static func findings(
    on draft: ReleaseDraft, _ options: ReleaseOptions, in surroundings: Surroundings
  ) throws(Failure) -> [LintFinding] {
    var findings: [LintFinding] = []
    for image in draft.images {
      if let template = draft.template { findings += boardFindings(image, template) }
      findings += integrityFindings(image)
      do {
        findings += try SecretScan.findings(in: image)
      } catch {
        throw Failure(error, on: image.name)
      }
    }
    if let asked = draft.askedVersion, let image = draft.images.first, let found = image.version,
      found != asked
    {
      findings.append(
        LintFinding(
          rule: .version, file: image.name, message: "the image says it is \(found.text), not \(asked.text)",
          hint: "build it with the version that is asked for, or leave --fw-version out"))
    }
    if let sequence = draft.sequence, let finding = SequenceCheck.finding(on: sequence, file: options.file) {
      findings.append(finding)
    }
    findings += try PublishedCheck.findings(on: draft, options, in: surroundings)
    return findings.filter { !options.allowed.contains($0.rule) }
  }

  private static func boardFindings(_ image: FirmwareImage, _ template: Template) -> [LintFinding] {
    guard let slot = template.slots[image.slot] else {
      let known = template.slots.keys.sorted().map(String.init).joined(separator: ", ")
      return [
        LintFinding(
          rule: .slot, file: image.name, message: "template '\(template.name)' has no slot \(image.slot)",
          hint: "its slots are \(known)")
      ]
    }
    var findings: [LintFinding] = []
    if image.source.count > slot.size {
      findings.append(
        LintFinding(
          rule: .slot, file: image.name,
          message: "the image has \(image.source.count) bytes, slot \(image.slot) of '\(template.name)' \(slot.size)",
          hint: "make the image smaller, or use a template of your own with larger slots"))
    }
    if let chip = image.description.chip, !template.chips.isEmpty, !template.chips.contains(chip) {
      let wanted = template.chips.map(\.rawValue).joined(separator: " or ")
      findings.append(
        LintFinding(
          rule: .chip, file: image.name, message: "the image is for \(chip.rawValue), the template for \(wanted)",
          hint: "build for the right target, or give the right --template"))
    }
    if !slot.formats.isEmpty, !slot.formats.contains(image.description.format) {
      let wanted = slot.formats.map(\.rawValue).joined(separator: " or ")
      findings.append(
        LintFinding(
          rule: .format, file: image.name,
          message: "the image is of format \(image.description.format.rawValue), slot \(image.slot) takes \(wanted)",
          hint: "give the file that the board's tools make for over-the-air updates"))
    }
    return findings
  }

  private static func integrityFindings(_ image: FirmwareImage) -> [LintFinding] {
    image.description.checks.filter { !$0.passed }.map { check in
      LintFinding(
        rule: .integrity, file: image.name, message: "the image's \(check.name) is wrong: it was cut or changed",
        hint: "build or copy it again")
    }
  }
}

package import AsvinHost
import AsvinBundle
import AsvinImage
import AsvinManifest

/// Checks an image against its board, its release and the published releases.
package struct Lint: Sendable {
  /// The options of the release.
  package var options: ReleaseOptions

  package init(_ options: ReleaseOptions) { self.options = options }

  /// Runs all checks.
  ///
  /// - Throws: ``Failure`` if something cannot be read.
  package func run(in environment: Environment) throws(Failure) -> LintReport {
    let environment = environment.oneRun()
    let draft = try ReleaseDraft(options, in: environment)
    let format = draft.images.first.map { $0.description.container ?? $0.description.format }
    let report = LintReport(
      file: options.file, format: format?.rawValue ?? "",
      findings: try Self.findings(on: draft, options, in: environment))
    try explaining(options.file) {
      try environment.inputs.requireUnchanged()
    }
    return report
  }

  static func findings(
    on draft: ReleaseDraft, _ options: ReleaseOptions, in environment: Environment
  ) throws(Failure) -> [LintFinding] {
    var findings: [LintFinding] = []
    for image in draft.images {
      findings += BoardCheck.findings(on: image, draft.template)
      findings += integrityFindings(image)
      try explaining(image.name) {
        findings += try SecretScan.findings(in: image)
      }
    }
    findings += VersionCheck.findings(on: draft)
    findings += SequenceCheck.findings(on: draft, file: options.file)
    findings += try PublishedCheck.findings(on: draft, options, in: environment)
    return findings.filter { !options.allowed.contains($0.rule) }
  }

  private static func integrityFindings(_ image: FirmwareImage) -> [LintFinding] {
    image.description.checks.filter { !$0.passed }.map { check in
      LintFinding(
        rule: .integrity, file: image.name, message: "the image's \(check.name) is wrong: it was cut or changed",
        hint: "build or copy it again")
    }
  }
}

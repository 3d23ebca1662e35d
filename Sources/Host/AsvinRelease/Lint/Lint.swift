import AsvinBundle
import AsvinImage
import AsvinManifest

/// Checks an image against its board, its release and what was published before.
package struct Lint: Sendable {
  /// What is said about the release.
  package var options: ReleaseOptions

  /// A check of a release.
  package init(_ options: ReleaseOptions) { self.options = options }

  /// Looks at everything, and gives all findings.
  ///
  /// - Throws: ``Failure`` where something cannot be read.
  package func run(in surroundings: Surroundings) throws(Failure) -> LintReport {
    let surroundings = surroundings.oneRun()
    let draft = try ReleaseDraft(options, in: surroundings)
    let format = draft.images.first.map { $0.description.container ?? $0.description.format }
    let report = LintReport(
      file: options.file, format: format?.rawValue ?? "",
      findings: try Self.findings(on: draft, options, in: surroundings))
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
      findings += BoardCheck.findings(on: image, draft.template)
      findings += integrityFindings(image)
      do {
        findings += try SecretScan.findings(in: image)
      } catch {
        throw Failure(error, on: image.name)
      }
    }
    findings += VersionCheck.findings(on: draft)
    findings += SequenceCheck.findings(on: draft, file: options.file)
    findings += try PublishedCheck.findings(on: draft, options, in: surroundings)
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

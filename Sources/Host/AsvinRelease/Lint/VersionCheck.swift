import AsvinImage
import AsvinManifest

/// Compares the version in the image with that of the release.
enum VersionCheck {
  static func findings(on draft: ReleaseDraft) -> [LintFinding] {
    guard let image = draft.images.first else { return [] }
    if let asked = draft.askedVersion {
      guard let found = image.version, found != asked else { return [] }
      return [
        LintFinding(
          rule: .version, file: image.name, message: "the image states version \(found.text), not \(asked.text)",
          hint: "build it with the version that is asked for, or leave --fw-version out")
      ]
    }
    let isUnusable = image.description.version.map { Name($0) == nil } ?? image.description.hasUnreadableVersion
    guard isUnusable, let used = draft.version else { return [] }
    // Otherwise every build would receive the version of the project file unnoticed.
    let what = image.description.version.map { "'\($0)'" } ?? "that is not text"
    return [
      LintFinding(
        rule: .version, file: image.name,
        message: "the image has a version \(what), which a release cannot have, and \(used.text) would be used instead",
        hint: "give the version with --fw-version, or build the image with one of letters, digits and . + _ -")
    ]
  }
}

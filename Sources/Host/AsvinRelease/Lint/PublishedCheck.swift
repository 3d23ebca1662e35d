import AsvinBundle
import AsvinHost
import AsvinManifest

/// Compares a release with the last one in its file group.
enum PublishedCheck {
  static func findings(
    on draft: ReleaseDraft, _ options: ReleaseOptions, in environment: Environment
  ) throws(Failure) -> [LintFinding] {
    guard let name = options.group ?? draft.project.group,
      let destination = options.destination ?? draft.project.destination
    else { return [] }
    // A platform makes this comparison itself when a bundle is published.
    guard !Publication.isPlatform(destination) else { return [] }
    let folder = options.destination == nil ? draft.project.folder : environment.folder
    let index = try FolderGroup(name, at: destination, from: folder).index()
    if let signed = draft.signed {
      // A published release with another signature is the same release.
      guard !index.releases.contains(where: { $0.manifest == signed.identity }),
        let last = index.last(vendor: signed.vendor, deviceClass: signed.deviceClass)
      else { return [] }
      return findings(on: draft, after: last, in: name, file: options.file)
    }
    let vendor = options.vendor ?? draft.project.vendor ?? draft.template?.vendor
    let deviceClass = options.deviceClass ?? draft.project.deviceClass ?? draft.template?.deviceClass
    guard let vendor, let deviceClass else { return [] }
    let ids = try DeviceClass(vendor: vendor, name: deviceClass)
    guard let last = index.last(vendor: ids.vendor, deviceClass: ids.deviceClass) else { return [] }
    return findings(on: draft, after: last, in: name, file: options.file)
  }

  private static func findings(
    on draft: ReleaseDraft, after last: PublishedRelease, in group: String, file: String
  ) -> [LintFinding] {
    var findings: [LintFinding] = []
    if let sequence = draft.sequence, sequence <= last.sequence {
      findings.append(
        LintFinding(
          rule: .rollback, file: file,
          message: "sequence number \(sequence) is not above \(last.sequence), the last in group '\(group)'",
          hint: "raise the version, or give a higher --sequence"))
    }
    if let sequence = draft.sequence { findings += SequenceCheck.findings(sequence, after: last.sequence, file: file) }
    if let version = draft.version, let lastVersion = Name(last.version),
      version == lastVersion || version.precedes(lastVersion) == true
    {
      findings.append(
        LintFinding(
          rule: .rollback, file: file,
          message: "version \(version.text) is not above \(last.version), the last in group '\(group)'",
          hint: "raise the version"))
    }
    return findings
  }
}

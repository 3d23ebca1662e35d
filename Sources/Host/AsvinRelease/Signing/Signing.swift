import AsvinBundle
import AsvinCrypto
package import AsvinHost
import AsvinImage
import AsvinManifest
package import AsvinPatch

/// Makes a signed bundle of a firmware image.
package struct Signing: Sendable {
  package var release: ReleaseOptions
  /// The signing keys; if empty, those of the project.
  package var keys: [KeyReference] = []
  /// The creation time in seconds since 1970; if `nil`, `SOURCE_DATE_EPOCH`, or none.
  package var created: UInt64?
  /// The lowest sequence number that a device can update from.
  package var lowestBase: UInt64?
  /// Images or bundles that devices update from. A patch is made from each.
  package var bases: [String] = []
  /// The profile of the patches, or `nil` for the one that fits the image.
  package var profile: Profile?
  /// How the patches are written over their bases; `nil` for patches to another slot.
  package var inPlace: InPlaceOptions?
  /// Whether a release with patches has the compressed images too.
  package var compressesImages = true
  /// Whether complete images are sealed, as patches are.
  package var sealsImages = false
  /// The path of the bundle; if `nil`, beside the image.
  package var output: String?
  /// Whether an existing file is replaced.
  package var force = false
  /// Public keys to check the signatures of a bundle that is already signed.
  package var trust: [KeyReference] = []
  /// The action for a bundle that is already signed.
  package var onSigned = OnSigned.error

  package init(_ release: ReleaseOptions) { self.release = release }

  /// Checks the release, signs it, verifies the signatures and writes the bundle. Nothing is written after a failure.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> SignReport {
    let environment = environment.oneRun()
    return try explaining(release.file) {
      let file = try environment.input(release.file)
      if try BundleReader.isBundle(file) {
        return try Resigning(self).run(on: OpenBundle(file, name: release.file), in: environment)
      }
      return try sign(file, in: environment)
    }
  }

  private func sign(_ file: InputFile, in environment: Environment) throws -> SignReport {
    let draft = try ReleaseDraft(release, in: environment) { choice throws(Failure) in
      try explaining(release.file) {
        try FirmwareImage(file, name: release.file, slot: 0, choice)
      }
    }
    let signers = try signers(of: draft.project, in: environment)
    var manifest = try ManifestDraft(draft, release, sealsImages: sealsImages).manifest(in: environment)
    manifest.created = try created ?? sourceDateEpoch(environment)
    manifest.lowestBase = lowestBase
    try checkNumbers(manifest)
    let findings = try Lint.findings(on: draft, release, in: environment)
    guard findings.isEmpty else { throw Failure(findings) }
    let patches = try ReleasePatches(
      from: bases, to: draft.images, profile: profile, for: draft.template, inPlace: inPlace,
      compressesImages: compressesImages,
      choice: { slot throws(Failure) in try ImageChoice(release, draft.project, draft.template, slot: slot) },
      in: environment)
    for index in manifest.components.indices {
      manifest.components[index].payloads += patches.payloads[index].map(\.payload)
    }
    let signed = try SignedManifest(manifest.encoded(), with: signers)
    let name = "\(manifest.name.text)-\(manifest.version.text).asvin"
    let output = self.output ?? Self.beside(release.file, name)
    let size = try write(signed, members: manifest.members, to: output, in: environment) { member in
      guard case .payload(let component, let index) = member.role else {
        throw Failure(.failed, "no content for \(member.name)")
      }
      return index == 0 ? draft.images[component].source : patches.payloads[component][index - 1].bytes
    }
    return SignReport(
      signed, of: manifest, file: release.file, output: output, size: size, action: .signed,
      images: draft.images.map { ImageReport($0) }, signers: signers, patches: patches.reports)
  }

  /// The signing keys without duplicates.
  func signers(of project: ProjectFile, in environment: Environment) throws(Failure) -> [PrivateKey] {
    let references = keys.isEmpty ? project.keys : keys
    guard !references.isEmpty else {
      throw Failure(
        .usage, "no key to sign with is given",
        hint: "give one with --key KEY.pem, or name it in asvin-pack.yaml; make one with: asvin-pack keygen -o KEY.pem")
    }
    var signers: [PrivateKey] = []
    for reference in references {
      let key = try reference.privateKey(in: environment)
      if !signers.contains(where: { $0.publicKey == key.publicKey }) { signers.append(key) }
    }
    return signers
  }

  /// Writes a complete bundle, or nothing.
  ///
  /// - Returns: its size in bytes.
  func write(
    _ signed: SignedManifest, members: [BundleMember], to output: String, in environment: Environment,
    content: (BundleMember) throws -> any ByteSource
  ) throws -> UInt64 {
    let file = try environment.output(output, force: force, durability: .remade)
    let sink = CountingSink(file, total: members.reduce(0) { $0 + $1.size }, progress: environment.progress)
    try BundleWriter.write(
      manifest: signed.bytes, signatureFile: signed.signatureFile, members: members, to: sink, content: content)
    try file.commit()
    return sink.count
  }

  static func beside(_ input: String, _ name: String) -> String {
    guard input != "-", let slash = input.lastIndex(of: "/") else { return name }
    return String(input[...slash]) + name
  }

  /// Refuses numbers that a device or a calendar cannot represent.
  private func checkNumbers(_ manifest: Manifest) throws(Failure) {
    if let created = manifest.created, created > Self.lastSecond {
      throw Failure(
        .usage, "\(created) seconds since 1970 are after the year 9999",
        hint: "give --created or SOURCE_DATE_EPOCH in seconds, as date +%s prints them")
    }
    if let lowestBase, lowestBase >= manifest.sequence {
      throw Failure(
        .usage, "no device could update from sequence number \(lowestBase) to \(manifest.sequence)",
        hint: "give a --lowest-base below the release's own sequence number")
    }
  }

  /// The last second of the year 9999. Later dates do not have the usual form.
  private static let lastSecond: UInt64 = 253_402_300_799

  private func sourceDateEpoch(_ environment: Environment) throws(Failure) -> UInt64? {
    guard let text = environment.variables["SOURCE_DATE_EPOCH"], !text.isEmpty else { return nil }
    guard let seconds = UInt64(text) else {
      throw Failure(
        .usage, "SOURCE_DATE_EPOCH is '\(text)', not a number of seconds", hint: "set it to seconds since 1970")
    }
    return seconds
  }
}

extension Failure {
  /// A refusal by lint that names every finding.
  init(_ findings: [LintFinding]) {
    let messages = findings.map { "'\($0.file)': \($0.message) [\($0.rule.rawValue)]" }
    self.init(.rejected, messages.joined(separator: "; "), hint: findings.first?.hint)
  }
}

/// Counts the bytes that pass through it to another sink.
private final class CountingSink: ByteSink {
  private let sink: any ByteSink
  private let total: UInt64
  private let progress: (UInt64, UInt64) -> Void
  private(set) var count: UInt64 = 0

  init(_ sink: any ByteSink, total: UInt64, progress: @escaping (UInt64, UInt64) -> Void) {
    self.sink = sink
    self.total = total
    self.progress = progress
  }

  func write(_ bytes: Span<UInt8>) throws(FileError) {
    try sink.write(bytes)
    count += UInt64(bytes.count)
    progress(min(count, total), total)
  }
}

/// The actions for a bundle that is already signed.
package enum OnSigned: String, CaseIterable, Sendable {
  /// Refuses the bundle.
  case error
  /// Leaves it unchanged and reports that.
  case skip
  /// Replaces its signatures.
  case replace
  /// Adds signatures to the existing ones.
  case append
}

/// The options of a release. A missing option is taken from the project, the image or the template.
package struct ReleaseOptions: Sendable {
  /// The image for slot 0.
  package var file: String
  package var version: String?
  /// The sequence number.
  package var sequence: UInt64?
  /// The vendor's domain.
  package var vendor: String?
  /// The class's name.
  package var deviceClass: String?
  /// The product's name.
  package var name: String?
  /// Images for further slots.
  package var slots: [UInt64: String] = [:]
  /// The address range of a container that becomes the image, by slot.
  package var ranges: [UInt64: String] = [:]
  /// The chip or board of a container, by slot: a number, or the name of a chip.
  package var families: [UInt64: String] = [:]
  /// The board template, by name or path.
  package var template: String?
  /// The file group that a release is compared with.
  package var group: String?
  /// The place of that file group.
  package var destination: String?
  /// Lint rules to ignore.
  package var allowed: Set<LintRule> = []

  /// Creates options for an image, with all others missing.
  package init(file: String) { self.file = file }
}

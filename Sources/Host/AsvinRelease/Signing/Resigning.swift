import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// Signs the unchanged manifest of an existing bundle. A second signer vouches for the work of the first one. Therefore the
/// complete bundle is read, its signatures are checked, and lint checks its images before a key is used.
struct Resigning {
  private let signing: Signing

  init(_ signing: Signing) { self.signing = signing }

  func run(on open: OpenBundle, in environment: Environment) throws -> SignReport {
    let manifest = try Manifest(decoding: open.reader.manifest)
    guard signing.onSigned != .error else {
      throw Failure(
        .failed, "'\(open.name)' is a signed bundle already",
        hint: "choose what to do with it: --on-signed skip, or replace or append with -o FILE")
    }
    try compare(manifest, with: open)
    let project = try ProjectFile.find(in: environment)
    let isSkipped = signing.onSigned == .skip
    let signers = isSkipped && signing.keys.isEmpty ? [] : try signing.signers(of: project, in: environment)
    let existing = try ExistingSignatures(of: open)
    try open.reader.readMembers(manifest.members)
    try existing.check(by: keys(signers, project, in: environment), isKept: signing.onSigned != .replace)
    try lint(open, manifest, project, in: environment)
    guard !isSkipped else {
      try open.file.requireUnchanged()
      let signed = try SignedManifest(open.reader.manifest, with: [], beside: existing.all)
      return SignReport(
        signed, of: manifest, file: open.name, output: open.name, size: open.file.size, action: .skipped, images: [],
        signers: [])
    }
    let kept = signing.onSigned == .append ? existing.all : []
    let signed = try SignedManifest(open.reader.manifest, with: signers, beside: kept)
    let name = "\(manifest.name.text)-\(manifest.version.text).asvin"
    let output = signing.output ?? Signing.beside(open.name, name)
    let size = try signing.write(signed, members: manifest.members, to: output, in: environment) { member in
      open.reader.content(of: member, among: manifest.members)
    }
    return SignReport(
      signed, of: manifest, file: open.name, output: output, size: size,
      action: signing.onSigned == .append ? .appended : .replaced, images: [], signers: signers)
  }

  /// The public keys for checking the signatures: the trusted keys of the user, and the signing keys.
  private func keys(
    _ signers: [PrivateKey], _ project: ProjectFile, in environment: Environment
  ) throws(Failure) -> [PublicKey] {
    var keys = signers.map(\.publicKey)
    for reference in signing.trust { keys.append(try reference.publicKey(in: environment)) }
    return keys + (project.trust + project.keys).compactMap { $0.readyPublicKey(in: environment) }
  }

  private func lint(
    _ open: OpenBundle, _ manifest: Manifest, _ project: ProjectFile, in environment: Environment
  ) throws {
    var images: [FirmwareImage] = []
    for member in manifest.members {
      guard case .payload(let component, let index) = member.role,
        manifest.components[component].payloads[index].kind == .image
      else { continue }
      let source = open.reader.content(of: member, among: manifest.members)
      images.append(
        try FirmwareImage(
          stored: source, name: "\(open.name): \(member.name)", slot: manifest.components[component].slot))
    }
    let bytes = open.reader.manifest
    let identity = SHA256.digest(of: bytes.span).hexadecimal
    let draft = try ReleaseDraft(
      of: manifest, identity: identity, images: images, signing.release, project, in: environment)
    let findings = try Lint.findings(on: draft, signing.release, in: environment)
    guard findings.isEmpty else { throw Failure(findings) }
  }

  /// Refuses options that would change the manifest.
  private func compare(_ manifest: Manifest, with open: OpenBundle) throws(Failure) {
    let release = signing.release
    if let version = release.version, version != manifest.version.text {
      throw fixed("version \(manifest.version.text)", "--fw-version", open)
    }
    if let name = release.name, name != manifest.name.text {
      throw fixed("the name \(manifest.name.text)", "--name", open)
    }
    if let sequence = release.sequence, sequence != manifest.sequence {
      throw fixed("sequence number \(manifest.sequence)", "--sequence", open)
    }
    if let created = signing.created, created != manifest.created {
      throw fixed(manifest.created.map { "the time \($0)" } ?? "no time", "--created", open)
    }
    if let lowest = signing.lowestBase, lowest != manifest.lowestBase {
      throw fixed(manifest.lowestBase.map { "the lowest base \($0)" } ?? "no lowest base", "--lowest-base", open)
    }
    if !signing.bases.isEmpty { throw fixed("its patches", "--from", open) }
    if !release.slots.isEmpty { throw fixed("its slots", "--slot", open) }
    if let vendor = release.vendor, try DeviceClass.vendor(vendor) != manifest.vendor {
      throw Failure(Rejection(.wrongVendor), on: open.name)
    }
    if let vendor = release.vendor, let name = release.deviceClass,
      try DeviceClass(vendor: vendor, name: name).deviceClass != manifest.deviceClass
    {
      throw Failure(Rejection(.wrongClass), on: open.name)
    }
  }

  private func fixed(_ what: String, _ option: String, _ open: OpenBundle) -> Failure {
    Failure(
      .usage, "'\(open.name)' is signed with \(what), and another signature cannot change that",
      hint: "leave \(option) out, or sign the image anew")
  }
}

package import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// Publishes a bundle to a file group, as one transaction.
package struct Publication: Sendable {
  /// The bundle.
  package var bundle: String
  /// The file group; the project's where not given.
  package var group: String?
  /// Where the group is; the project's where not given.
  package var destination: String?
  /// Public keys of which one must have signed; the project's where none is given.
  package var trust: [KeyReference]
  /// Whether nothing is written.
  package var dryRun: Bool

  /// A publication of a bundle.
  package init(bundle: String, group: String?, destination: String?, trust: [KeyReference], dryRun: Bool) {
    self.bundle = bundle
    self.group = group
    self.destination = destination
    self.trust = trust
    self.dryRun = dryRun
  }

  /// Verifies the bundle, stores it, then adds it to the index, which makes it visible in one step.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> Receipt {
    let environment = environment.oneRun()
    let project = try ProjectFile.find(in: environment)
    let (name, destination) = try place(in: environment)
    guard !Self.isPlatform(destination) else {
      throw Failure(
        .usage, "'\(destination)' is a platform, and no folder", hint: "give a folder, as --to dir:releases")
    }
    let base = self.destination == nil ? project.folder : environment.folder
    let files = try FileGroup(name, at: destination, from: base)
    let open = try OpenBundle(bundle, in: environment)
    return try explaining(bundle) {
      let checked = try check(open, project, in: environment)
      let release = try PublishedRelease(open, manifest: checked.manifest)
      try open.file.requireUnchanged()
      if dryRun {
        var index = try files.index()
        let added = try index.add(release)
        return Receipt(release, files, result: added ? .wouldPublish : .alreadyPublished, checked.isTrusted)
      }
      let added = try files.exclusively {
        var index = try files.index()
        let isNew = try index.add(release)
        // Also for a release that is there: an object that was lost or damaged since is put back.
        try store(release, in: files, from: open, environment)
        if isNew { try files.write(index) }
        return isNew
      }
      return Receipt(release, files, result: added ? .published : .alreadyPublished, checked.isTrusted)
    }
  }

  /// Whether a destination is a platform's address, and no folder.
  package static func isPlatform(_ destination: String) -> Bool {
    destination.hasPrefix("https://") || destination.hasPrefix("http://")
  }

  /// Checks the bundle as ``run(in:)`` does, for whoever sends it elsewhere.
  ///
  /// - Returns: the bundle, and where the caller or the project wants it.
  /// - Throws: ``Failure``.
  package func checked(in environment: Environment) throws(Failure) -> CheckedBundle {
    let project = try ProjectFile.find(in: environment)
    let open = try OpenBundle(bundle, in: environment)
    return try explaining(bundle) {
      let (manifest, isTrusted) = try check(open, project, in: environment)
      return CheckedBundle(
        release: try PublishedRelease(open, manifest: manifest), file: open.file, signatureChecked: isTrusted)
    }
  }

  /// The public keys of which one must have signed, PEM.
  ///
  /// - Throws: ``Failure`` where there is none, or one cannot be read.
  package func trustedKeys(in environment: Environment) throws(Failure) -> [String] {
    let project = try ProjectFile.find(in: environment)
    let references = trust.isEmpty ? project.trust : trust
    guard !references.isEmpty else {
      throw Failure(.usage, "no key to trust is given", hint: "give the signer's public key with --trust KEY.pub.pem")
    }
    return try explaining("the keys to trust") {
      try references.map { String(decoding: try $0.publicKey(in: environment).pem(), as: UTF8.self) }
    }
  }

  /// Where the caller or the project wants the bundle.
  ///
  /// - Throws: ``Failure`` where nobody says.
  package func place(in environment: Environment) throws(Failure) -> (group: String, destination: String) {
    let project = try ProjectFile.find(in: environment)
    guard let name = group ?? project.group else {
      throw Failure(.usage, "no file group is given", hint: "give one with --group NAME")
    }
    guard let destination = destination ?? project.destination else {
      throw Failure(.usage, "no place to publish to is given", hint: "give a folder, as --to dir:releases")
    }
    return (name, destination)
  }

  /// The manifest, and whether a trusted key signed it. Without keys the bundle is only checked against itself.
  private func check(
    _ open: OpenBundle, _ project: ProjectFile, in environment: Environment
  ) throws -> (manifest: Manifest, isTrusted: Bool) {
    let references = trust.isEmpty ? project.trust : trust
    guard references.isEmpty else {
      var verification = BundleVerification(bundle: bundle, trust: references)
      verification.baseSequence = .max
      let release = try open.verify(verification.acceptance(in: environment), in: environment)
      return (release.manifest, true)
    }
    guard try !SignatureReport.all(in: open.envelope).isEmpty else {
      throw BundleError.rejected(.unsigned, at: BundleMember.signaturesName)
    }
    let manifest = try Manifest(decoding: open.reader.manifest)
    try open.reader.readMembers(manifest.members) { _, _ in }
    return (manifest, false)
  }

  private func store(
    _ release: PublishedRelease, in files: FileGroup, from open: OpenBundle, _ environment: Environment
  ) throws {
    let digest = try open.file.digest()
    guard digest.hexadecimal == release.bundle else { throw BundleError.changedWhileRead(name: open.name) }
    try files.store(open.file, digest: digest) { environment.progress($0, open.file.count) }
  }
}

extension InputFile {
  /// SHA-256 of the file.
  func digest() throws -> Digest {
    var hash = SHA256()
    try forEachPiece { hash.update($0) }
    return hash.finish()
  }
}

extension PublishedRelease {
  fileprivate init(_ open: OpenBundle, manifest: Manifest) throws {
    let bytes = open.reader.manifest
    let identity = SHA256.digest(of: bytes.span)
    self.init(
      name: manifest.name.text, version: manifest.version.text, sequence: manifest.sequence,
      vendor: manifest.vendor.uuid, deviceClass: manifest.deviceClass.uuid,
      manifest: identity.hexadecimal, bundle: try open.file.digest().hexadecimal,
      size: open.file.count)
  }
}

/// A bundle that was read to its end, and is what its manifest says.
package struct CheckedBundle: Sendable {
  /// What is published.
  package let release: PublishedRelease
  /// The bundle.
  package let file: InputFile
  /// Whether a trusted key's signature was checked.
  package let signatureChecked: Bool
}

/// What was published, and where.
package struct Receipt: Encodable, Sendable {
  /// What came of it.
  package enum Result: String, Encodable, Sendable {
    /// It was added.
    case published
    /// The same bundle was there before; nothing was changed.
    case alreadyPublished = "already-published"
    /// A dry run found nothing against it.
    case wouldPublish = "would-publish"
  }

  /// What came of it.
  package let result: Result
  /// The file group.
  package let group: String
  /// Where the group is.
  package let destination: String
  /// The release.
  package let release: PublishedRelease
  /// Whether a trusted key's signature was checked.
  package let signatureChecked: Bool
  /// The firmware's id on the platform.
  package let firmware: Int64?
  /// What the platform signed: a JWT.
  package let proof: String?

  /// A publication to a platform.
  package init(
    _ checked: CheckedBundle, group: String, destination: String, result: Result, firmware: Int64?, proof: String?
  ) {
    self.result = result
    self.group = group
    self.destination = destination
    self.firmware = firmware
    self.proof = proof
    release = checked.release
    signatureChecked = checked.signatureChecked
  }

  init(_ release: PublishedRelease, _ files: FileGroup, result: Result, _ signatureChecked: Bool) {
    self.result = result
    group = files.name
    destination = files.destination
    self.release = release
    self.signatureChecked = signatureChecked
    firmware = nil
    proof = nil
  }
}

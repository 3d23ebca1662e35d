package import AsvinHost
package import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// Publishes a bundle to a file group, as one transaction.
package struct Publication: Sendable {
  package var bundle: String
  /// The file group, or `nil` for that of the project.
  package var group: String?
  /// The place of the group, or `nil` for that of the project.
  package var destination: String?
  /// Public keys of which one must have signed; if empty, those of the project.
  package var trust: [KeyReference]
  /// Whether to check everything and write nothing.
  package var dryRun: Bool

  package init(bundle: String, group: String?, destination: String?, trust: [KeyReference], dryRun: Bool) {
    self.bundle = bundle
    self.group = group
    self.destination = destination
    self.trust = trust
    self.dryRun = dryRun
  }

  /// Verifies the bundle, stores it, then adds it to the index. The index is replaced in one step, which makes the bundle
  /// visible.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> Receipt {
    let environment = environment.oneRun()
    let project = try ProjectFile.find(in: environment)
    let (name, destination) = try place(in: environment)
    guard !Self.isPlatform(destination) else {
      throw Failure(
        .usage, "'\(destination)' is a platform, and not a folder", hint: "give a folder, as --to dir:releases")
    }
    let base = self.destination == nil ? project.folder : environment.folder
    let files = try FolderGroup(name, at: destination, from: base)
    let open = try OpenBundle(bundle, in: environment)
    return try explaining(bundle) {
      let (checked, digest) = try check(open, project, in: environment)
      try open.file.requireUnchanged()
      if dryRun {
        var index = try files.index()
        let added = try index.add(checked.release)
        return Receipt(checked, files, result: added ? .wouldPublish : .alreadyPublished)
      }
      let added = try files.exclusively {
        var index = try files.index()
        let isNew = try index.add(checked.release)
        // A release that is published already is stored as well, so that an object which was lost or damaged is replaced.
        try files.store(open.file, digest: digest) { environment.progress($0, open.file.size) }
        if isNew { try files.write(index) }
        return isNew
      }
      return Receipt(checked, files, result: added ? .published : .alreadyPublished)
    }
  }

  /// Whether a destination is the address of a platform, and not a folder.
  package static func isPlatform(_ destination: String) -> Bool {
    destination.hasPrefix("https://") || destination.hasPrefix("http://")
  }

  /// Checks the bundle as ``run(in:)`` does, for a caller that sends it elsewhere.
  ///
  /// - Throws: ``Failure``.
  package func checked(in environment: Environment) throws(Failure) -> CheckedBundle {
    let project = try ProjectFile.find(in: environment)
    let open = try OpenBundle(bundle, in: environment)
    return try explaining(bundle) { try check(open, project, in: environment).bundle }
  }

  /// The public keys of which one must have signed, PEM.
  ///
  /// - Throws: ``Failure`` if there are none, or if one cannot be read.
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

  /// The group and its place, from the arguments or from the project.
  ///
  /// - Throws: ``Failure`` if neither names it.
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

  /// Reads the bundle to its end. Without keys it is compared with its own manifest alone.
  private func check(
    _ open: OpenBundle, _ project: ProjectFile, in environment: Environment
  ) throws -> (bundle: CheckedBundle, digest: Digest) {
    let references = trust.isEmpty ? project.trust : trust
    guard references.isEmpty else {
      var verification = BundleVerification(bundle: bundle, trust: references)
      verification.baseSequence = .max
      let (verified, digest) = try open.verify(verification.acceptance(in: environment), in: environment)
      return (.verified(verified, PublishedRelease(open, verified.manifest, bundle: digest), open.file), digest)
    }
    guard try !SignatureReport.all(in: open.envelope).isEmpty else {
      throw BundleError.rejected(.unsigned, at: BundleMember.signaturesName)
    }
    let manifest = try Manifest(decoding: open.reader.manifest)
    let digest = try open.reader.readMembers(manifest.members)
    return (.unverified(PublishedRelease(open, manifest, bundle: digest), open.file), digest)
  }
}

extension PublishedRelease {
  fileprivate init(_ open: OpenBundle, _ manifest: Manifest, bundle: Digest) {
    let bytes = open.reader.manifest
    self.init(
      name: manifest.name.text, version: manifest.version.text, sequence: manifest.sequence,
      vendor: manifest.vendor.uuid, deviceClass: manifest.deviceClass.uuid,
      manifest: SHA256.digest(of: bytes.span).hexadecimal, bundle: bundle.hexadecimal,
      size: open.file.size)
  }
}

/// A bundle that was read to its end and agrees with its manifest.
package enum CheckedBundle: Sendable {
  /// A trusted key signed it.
  case verified(VerifiedRelease, PublishedRelease, InputFile)
  /// No key to trust was given, so that its signatures were not checked.
  case unverified(PublishedRelease, InputFile)

  package var release: PublishedRelease {
    switch self {
    case .verified(_, let release, _), .unverified(let release, _): release
    }
  }

  package var file: InputFile {
    switch self {
    case .verified(_, _, let file), .unverified(_, let file): file
    }
  }

  fileprivate var isVerified: Bool { if case .verified = self { true } else { false } }
}

/// The result of a publication.
package struct Receipt: Encodable, Sendable {
  package enum Result: String, Encodable, Sendable {
    /// The bundle was added.
    case published
    /// The group already holds the bundle. Nothing was changed.
    case alreadyPublished = "already-published"
    /// A dry run succeeded.
    case wouldPublish = "would-publish"
  }

  package let result: Result
  /// The file group.
  package let group: String
  /// The place of the group.
  package let destination: String
  package let release: PublishedRelease
  /// Whether a trusted key's signature was checked.
  package let signatureChecked: Bool
  /// The firmware's id on the platform.
  package let firmware: Int64?
  /// The receipt that the platform signed, a JWT.
  package let proof: String?

  package init(
    _ checked: CheckedBundle, group: String, destination: String, result: Result, firmware: Int64?, proof: String?
  ) {
    self.result = result
    self.group = group
    self.destination = destination
    self.firmware = firmware
    self.proof = proof
    release = checked.release
    signatureChecked = checked.isVerified
  }

  init(_ checked: CheckedBundle, _ files: FolderGroup, result: Result) {
    self.init(
      checked, group: files.name, destination: files.destination, result: result, firmware: nil, proof: nil)
  }
}

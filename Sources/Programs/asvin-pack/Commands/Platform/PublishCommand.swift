import AsvinHost
import ArgumentParser
import AsvinBundle
import AsvinPrograms
import AsvinPlatformClient
import AsvinRelease
import FoundationEssentials

struct PublishCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Publish a bundle to a file group as one transaction.",
    discussion: """
      Publishing the same bundle again changes nothing and succeeds. An interrupted upload to a platform is resumed. The \
      platform verifies the complete bundle before it lists it, and signs a receipt. The bundle is then read back. With \
      --sign, a firmware image is signed first, as asvin-pack sign does it; the bundle stays beside the image.
      """)

  @Argument(help: ArgumentHelp("The bundle; - is standard input.", valueName: "bundle"), completion: .file())
  var bundle: String

  @Option(help: ArgumentHelp("The file group; default: the group of the project.", valueName: "name"))
  var group: String?

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp(
      "The place of the group, https://HOST or dir:PATH; default: the place of the project, or the platform of the last login.",
      valueName: "place"))
  var destination: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A trusted public key; default: the keys of the project. One of these keys must have signed. May be repeated.",
      valueName: "pub"),
    completion: .file())
  var trust: [String] = []

  @Option(
    name: .customLong("sign"), parsing: .singleValue,
    help: ArgumentHelp(
      "Sign the firmware image first with this key: a path, or env://NAME. May be repeated.", valueName: "key"),
    completion: .file())
  var signingKeys: [String] = []

  @Option(help: ArgumentHelp("With --sign: the firmware's version.", valueName: "version"))
  var fwVersion: String?

  @OptionGroup var passphrase: PassphraseOptions

  @Flag(help: "Run all checks without writing anything.")
  var dryRun = false

  @Flag(
    help: "Create the file group if the platform does not have it. It trusts the keys of --trust, or of the project.")
  var createGroup = false

  @Option(
    help: ArgumentHelp("A file for the receipt of the platform, a JWT. It must not exist.", valueName: "file"),
    completion: .file())
  var receipt: String?

  @OptionGroup var authority: AuthorityOption

  @OptionGroup var shown: OutputOptions

  private func write(_ proof: String, to path: String) throws {
    try explaining(path) {
      let file = try OutputFile(path, durability: .flushed)
      try file.write(Array((proof + "\n").utf8))
      try file.commit()
    }
  }

  func validate() throws {
    if signingKeys.isEmpty, fwVersion != nil { throw ValidationError("--fw-version needs --sign KEY") }
    if !signingKeys.isEmpty, dryRun { throw ValidationError("--dry-run writes nothing, and --sign writes a bundle") }
  }

  func outcomes(in environment: Environment, _ report: (Receipt) throws -> Void) throws {
    guard !signingKeys.isEmpty else {
      try requireBundle()
      return try publish(bundle, in: environment, report)
    }
    var options = ReleaseOptions(file: bundle)
    options.version = fwVersion
    var signing = Signing(options)
    signing.keys = signingKeys.map { KeyReference($0, from: environment.folder) }
    let signed = try signing.run(in: environment.with(passphrase)).output
    if !shown.quiet { CommandProgram.say("signed \(bundle) as \(signed)") }
    do {
      try publish(signed, in: environment, report)
    } catch {
      FileSystem.discard(signed)
      throw error
    }
  }

  /// - Throws: ``Failure`` for a file that is not a bundle, with the command that makes one.
  private func requireBundle() throws {
    guard bundle != "-", !bundle.hasSuffix(".asvin") else { return }
    let isBundle = try explaining(bundle) { try BundleReader.isBundle(InputFile(bundle)) }
    guard !isBundle else { return }
    throw Failure(
      .rejected, "'\(bundle)' is not a bundle",
      hint:
        "sign it first: asvin-pack sign \(bundle) --key KEY; or in one step: asvin-pack publish \(bundle) --sign KEY")
  }

  private func publish(
    _ bundle: String, in environment: Environment, _ report: (Receipt) throws -> Void
  ) throws {
    let keys = trust.map { KeyReference($0, from: environment.folder) }
    let known = KnownPlatforms(environment.variables)
    // A folder of the project stays relative to the project, so that it is not given here.
    let isInProject = try ProjectFile.find(in: environment).destination != nil
    let destination = try destination ?? (isInProject ? nil : known.standard())
    let publication = Publication(
      bundle: bundle, group: group, destination: destination, trust: keys, dryRun: dryRun)
    let place = try publication.place(in: environment)
    guard Publication.isPlatform(place.destination) else { return try report(publication.run(in: environment)) }
    var remote = RemotePublication(
      address: place.destination, bundle: bundle, group: place.group, dryRun: dryRun,
      authorities: try authority.bytes() ?? known.authorities(of: place.destination))
    if createGroup { remote.newGroupTrust = try publication.trustedKeys(in: environment) }
    if let receipt, FileManager.default.fileExists(atPath: receipt) {
      throw Failure(.cannotWrite, "'\(receipt)' exists", hint: "choose another file for the receipt")
    }
    let token = try Credentials(environment.variables).token(for: place.destination)
    let checked = try publication.checked(in: environment)
    let published = try remote.run(checked, token: token, progress: environment.progress)
    try report(published)
    guard let receipt else { return }
    if let proof = published.proof {
      try write(proof, to: receipt)
    } else {
      CommandProgram.warn("the bundle was published before, so the platform did not sign a new receipt")
    }
  }
}

extension Receipt: Report {
  var warnings: [String] {
    signatureChecked ? [] : ["no key to trust is given: the bundle's signature was not checked; give one with --trust"]
  }

  var lines: [String] {
    let done =
      switch result {
      case .published: "published to"
      case .alreadyPublished: "already published to"
      case .wouldPublish: "would be published to"
      }
    return [
      "\(release.name) \(release.version) \(done) group '\(group)' at \(destination)",
      line("sequence", "\(release.sequence)"), line("manifest", release.manifest), line("bundle", release.bundle),
      line("signature", signatureChecked ? "checked" : "not checked"),
    ]
  }
}

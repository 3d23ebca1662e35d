import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinBundle
import AsvinPatch
import AsvinRelease

struct SignCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Check firmware, make its manifest, sign it and write NAME-VERSION.asvin.",
    discussion: "Writes one bundle for each FILE. Every signature is verified before the bundle is written.")

  @Argument(
    help: ArgumentHelp("Firmware images, or bundles to sign again; - is standard input.", valueName: "file"),
    completion: .file())
  var files: [String]

  @Option(
    name: .customLong("key"), parsing: .singleValue,
    help: ArgumentHelp("A signing key: a path, or env://NAME. May be repeated.", valueName: "key"),
    completion: .file())
  var keys: [String] = []

  @OptionGroup var release: ReleaseArguments

  @Option(help: ArgumentHelp("The creation time to record, in seconds since 1970.", valueName: "seconds"))
  var created: UInt64?

  @Option(help: ArgumentHelp("The lowest sequence number that a device can update from.", valueName: "n"))
  var lowestBase: UInt64?

  @Option(
    name: .customLong("from"), parsing: .singleValue,
    help: ArgumentHelp(
      "An image or bundle that devices update from. Adds a patch. May be repeated.", valueName: "old"),
    completion: .file())
  var bases: [String] = []

  @Option(
    help: ArgumentHelp(
      "Memory of the device that applies the patches: auto (what fits the template's), standard, tiny or linux.",
      valueName: "name"))
  var profile = ProfileName(nil)

  @Flag(
    help:
      "Make patches that a device writes over their bases, block by block; it needs a spare and a checkpoint region.")
  var inPlace = false

  @Option(help: ArgumentHelp("In place: bytes of an erase block of the device's flash.", valueName: "bytes"))
  var block: UInt64 = 4096

  @Option(help: ArgumentHelp("In place: erase blocks of the spare region, 1 or 2.", valueName: "n"))
  var spare: UInt64 = 2

  @Flag(
    help:
      "Make patches only, and not the compressed image, which takes minutes for a root file system. A device that has none of the bases fetches the complete image."
  )
  var noCompressedImage = false

  @Flag(help: "Seal the complete image too: a device then checks each block of it before it writes the block.")
  var seal = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The bundle's file; - is standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(help: "Replace an existing file.")
  var force = false

  @Option(
    help: ArgumentHelp(
      "The action for a bundle that is already signed: error, skip, replace or append.", valueName: "what"))
  var onSigned: OnSigned = .error

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A public key to check the signatures of a signed bundle. May be repeated.", valueName: "pub"),
    completion: .file())
  var trust: [String] = []

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var shown: OutputOptions

  /// The limit of payloads of an image in a manifest.
  private static let payloads = 16

  var writesToStandardOutput: Bool { output.map(FileIdentity.isStandardOutput) ?? false }

  func validate() throws {
    guard bases.count < Self.payloads - 1 else {
      throw ValidationError("a release has at most \(Self.payloads - 2) patches")
    }
    if inPlace, profile.profile == .linux {
      throw ValidationError("--profile linux cannot be used with --in-place")
    }
    if inPlace, bases.isEmpty { throw ValidationError("--in-place needs a base: give --from OLD") }
    if noCompressedImage, bases.isEmpty {
      throw ValidationError("--no-compressed-image needs a base, because a release without patches never has one")
    }
    guard files.count > 1 else { return }
    if output != nil { throw ValidationError("-o names one bundle, but \(files.count) files are given") }
    if !release.slots.isEmpty {
      throw ValidationError("--slot is for one bundle, but \(files.count) files are given")
    }
  }

  func outcomes(in environment: Environment, _ report: (SignReport) throws -> Void) throws {
    let environment = environment.with(passphrase)
    // The bundle of one file must not replace another that is signed after it.
    for file in files { environment.inputs.note(file) }
    for file in files {
      var signing = Signing(try release.options(for: file))
      signing.keys = keys.map { KeyReference($0, from: environment.folder) }
      signing.trust = trust.map { KeyReference($0, from: environment.folder) }
      signing.created = created
      signing.lowestBase = lowestBase
      signing.output = output
      signing.bases = bases
      signing.profile = profile.profile
      if inPlace { signing.inPlace = InPlaceOptions(block: block, spare: spare) }
      signing.compressesImages = !noCompressedImage
      signing.sealsImages = seal
      signing.force = force
      signing.onSigned = onSigned
      try report(signing.run(in: environment))
    }
  }
}

extension OnSigned: ExpressibleByArgument {}

extension SignReport: Report {
  var lines: [String] {
    guard action != .skipped else { return ["\(file) is already signed and was not changed"] }
    var lines = ["\(action.rawValue) \(file)"] + release.lines
    for image in images { lines += image.signLines }
    if let chip = image?.chip { lines.append(line("chip", chip)) }
    for patch in patches {
      let what = patch.from.map { "from \($0), " } ?? "the compressed image, "
      lines.append(
        line(
          patch.isKept ? "patch" : "left out",
          what + "\(patch.size) bytes, applied in \(patch.memory) bytes of RAM"
            + (patch.inPlace.map(Self.inPlace) ?? "")
            + (patch.isKept ? "" : ": not smaller than the other payloads")))
    }
    for signer in signers { lines.append(line("key", signer)) }
    lines.append(line("bundle", "\(output), \(size) bytes; envelope \(envelopeBytes) bytes, signatures \(signatures)"))
    return lines
  }

  private static func inPlace(_ patch: InPlaceReport) -> String {
    " in place, needs \(patch.spareBytes) spare bytes and \(patch.checkpointBytes) for checkpoints"
  }
}

import ArgumentParser
import AsvinHost
import AsvinPrograms
import AsvinRelease

struct ExportCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Verify a bundle and write what a device receives: the envelope and the stream of a payload.",
    discussion: """
      The envelope is for asvin_verify, the stream for asvin_push. Without --base and --payload, the stream is the \
      complete image.
      """)

  @Argument(help: ArgumentHelp("The bundle; - is standard input.", valueName: "bundle"), completion: .file())
  var bundle: String

  @Option(help: ArgumentHelp("The file of the envelope; - is standard output.", valueName: "file"), completion: .file())
  var envelope: String?

  @Option(help: ArgumentHelp("The file of the stream; - is standard output.", valueName: "file"), completion: .file())
  var stream: String?

  @Option(
    help: ArgumentHelp(
      "A folder for all of it: envelope, and stream-N for each payload, with N as number in asvin_plan.",
      valueName: "folder"),
    completion: .directory)
  var all: String?

  @Option(
    help: ArgumentHelp(
      "The image or bundle that the device runs: the stream is the patch from it.", valueName: "image"),
    completion: .file())
  var base: String?

  @Option(help: ArgumentHelp("The number of the payload, as in asvin_plan.", valueName: "n"))
  var payload: Int?

  @Option(help: ArgumentHelp("The slot.", valueName: "n"))
  var slot: UInt64 = 0

  @Flag(help: "Replace existing files.")
  var force = false

  @OptionGroup var trust: TrustArguments
  @OptionGroup var shown: OutputOptions

  var writesToStandardOutput: Bool {
    [envelope, stream].contains { $0.map(FileIdentity.isStandardOutput) ?? false }
  }

  func validate() throws {
    if all == nil, stream == nil { throw ValidationError("give --stream FILE for one payload, or --all FOLDER") }
    guard all != nil else { return }
    if envelope != nil || stream != nil || base != nil || payload != nil {
      throw ValidationError(
        "--all names the files, and chooses every payload: give neither --envelope, --stream, "
          + "--base nor --payload")
    }
  }

  func outcomes(in environment: Environment, _ report: (ExportReport) throws -> Void) throws {
    let files: PayloadExport.Files =
      if let all { .all(folder: all) } else { .one(envelope: envelope, stream: stream ?? "-") }
    var export = PayloadExport(trust.verification(of: bundle, in: environment), to: files)
    export.slot = slot
    export.base = base
    export.payload = payload
    export.force = force
    for written in try export.run(in: environment) { try report(written) }
  }
}

extension ExportReport: Report {
  var lines: [String] {
    let sealed = isSealed ? ", sealed" : ""
    return [
      "wrote " + (envelope.map { "\($0) and " } ?? "") + stream,
      line("envelope", "\(envelopeBytes) bytes, manifest \(manifest.prefix(16))…"),
      line("stream", "\(streamBytes) bytes, payload \(payload) of slot \(slot): \(kind)\(sealed)"),
    ]
  }
}

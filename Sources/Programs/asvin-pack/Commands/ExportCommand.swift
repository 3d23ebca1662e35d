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
  var envelope: String

  @Option(help: ArgumentHelp("The file of the stream; - is standard output.", valueName: "file"), completion: .file())
  var stream: String

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
    FileIdentity.isStandardOutput(envelope) || FileIdentity.isStandardOutput(stream)
  }

  func outcomes(in environment: Environment, _ report: (ExportReport) throws -> Void) throws {
    var export = PayloadExport(trust.verification(of: bundle, in: environment), envelope: envelope, stream: stream)
    export.slot = slot
    export.base = base
    export.payload = payload
    export.force = force
    try report(export.run(in: environment))
  }
}

extension ExportReport: Report {
  var lines: [String] {
    let sealed = isSealed ? ", sealed" : ""
    return [
      "wrote \(envelope) and \(stream)", line("envelope", "\(envelopeBytes) bytes, manifest \(manifest.prefix(16))…"),
      line("stream", "\(streamBytes) bytes, payload \(payload) of slot \(slot): \(kind)\(sealed)"),
    ]
  }
}

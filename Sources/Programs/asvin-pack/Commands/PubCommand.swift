import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinRelease

struct PubCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "pub", abstract: "Print the public half of a key, or write it to a file.")

  @Argument(help: ArgumentHelp("The key: a path, or env://NAME.", valueName: "key"), completion: .file())
  var key: String

  @Option(name: .shortAndLong, help: ArgumentHelp("A file for the public key.", valueName: "file"), completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The form: pem, c for an initializer of asvin_key, hex, or raw bytes. raw needs -o.", valueName: "form"))
  var format = PublicKeyFormat.pem

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var shown: OutputOptions

  /// Text without a file, or with standard output as the file, is the report.
  private var isPrinted: Bool { format != .raw && output.map(FileIdentity.isStandardOutput) ?? true }

  var writesToStandardOutput: Bool { format == .raw && output.map(FileIdentity.isStandardOutput) ?? false }

  func outcomes(in environment: Environment, _ report: (KeyReport) throws -> Void) throws {
    if format == .raw, output == nil {
      throw Failure(
        .usage, "a key in raw bytes needs a file", hint: "give one with -o FILE, or -o - for standard output")
    }
    var half = PublicHalf(
      key: KeyReference(key, from: environment.folder), output: isPrinted ? nil : output, force: force)
    half.format = format
    try report(half.run(in: environment.with(passphrase)))
  }
}

extension PublicKeyFormat: ExpressibleByArgument {}

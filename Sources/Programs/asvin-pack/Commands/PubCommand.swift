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

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var shown: OutputOptions

  /// Without a file, or with standard output as the file, the key itself is the report.
  private var isPrinted: Bool { output.map(FileIdentity.isStandardOutput) ?? true }

  func outcomes(in environment: Environment, _ report: (KeyReport) throws -> Void) throws {
    let half = PublicHalf(
      key: KeyReference(key, from: environment.folder), output: isPrinted ? nil : output, force: force)
    try report(half.run(in: environment.with(passphrase)))
  }
}

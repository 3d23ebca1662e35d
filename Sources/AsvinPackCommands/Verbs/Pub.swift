import ArgumentParser
import AsvinRelease

struct Pub: Verb {
  static let configuration = CommandConfiguration(
    commandName: "pub", abstract: "Print the public half of a key, or write it to a file.")

  @Argument(help: ArgumentHelp("The key: a path, or env://NAME.", valueName: "key"))
  var key: String

  @Option(name: .shortAndLong, help: ArgumentHelp("A file for the public key.", valueName: "file"))
  var output: String?

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in surroundings: Surroundings, _ report: (KeyReport) -> Void) throws {
    let half = PublicHalf(
      key: KeyReference(key, from: surroundings.folder), output: output == "-" ? nil : output, force: force)
    report(try half.run(in: surroundings.with(passphrase)))
  }
}

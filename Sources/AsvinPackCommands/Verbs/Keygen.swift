public import ArgumentParser
public import AsvinManifest
import AsvinRelease

struct Keygen: Verb {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make a key pair: KEY.pem, readable by you alone, and KEY.pub.pem.",
    discussion: "The private key is encrypted where ASVIN_PACK_PASSPHRASE, --passphrase-file or --encrypt says so.")

  @Option(help: ArgumentHelp("ed25519 or ecdsa-p256.", valueName: "algorithm"))
  var algorithm: SignatureAlgorithm = .ed25519

  @Option(name: .shortAndLong, help: ArgumentHelp("The private key's file; never one that exists.", valueName: "file"))
  var output: String

  @Flag(help: "Encrypt the private key; asks for a passphrase where none is set.")
  var encrypt = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in surroundings: Surroundings, _ report: (KeyReport) -> Void) throws {
    let generation = KeyGeneration(algorithm: algorithm, output: output, encrypted: encrypt)
    report(try generation.run(in: surroundings.with(passphrase)))
  }
}

extension SignatureAlgorithm: ExpressibleByArgument {
  /// The algorithm of a name on the command line.
  public init?(argument: String) { self.init(name: argument) }
  /// The name in the help.
  public var defaultValueDescription: String { name }
}

import AsvinHost
import ArgumentParser
import AsvinManifest
import AsvinRelease

struct Keygen: Verb {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make a key pair: KEY.pem, readable by you alone, and KEY.pub.pem.",
    discussion: "The private key is encrypted where ASVIN_PACK_PASSPHRASE, --passphrase-file or --encrypt says so.")

  @Option(help: ArgumentHelp("The algorithm: ed25519, or p256 for ECDSA on P-256.", valueName: "algorithm"))
  var algorithm = AlgorithmName(.ed25519)

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The private key's file; never one that exists.", valueName: "file"),
    completion: .file())
  var output: String

  @Flag(help: "Encrypt the private key; asks for a passphrase where none is set.")
  var encrypt = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (KeyReport) throws -> Void) throws {
    let generation = KeyGeneration(algorithm: algorithm.algorithm, output: output, encrypted: encrypt)
    try report(generation.run(in: environment.with(passphrase)))
  }
}

/// An algorithm by its name. ArgumentParser would show the raw value of the algorithm itself, COSE's number.
struct AlgorithmName: ExpressibleByArgument {
  let algorithm: SignatureAlgorithm

  init(_ algorithm: SignatureAlgorithm) { self.algorithm = algorithm }

  init?(argument: String) {
    guard let algorithm = SignatureAlgorithm(name: argument) else { return nil }
    self.algorithm = algorithm
  }

  var defaultValueDescription: String { algorithm.shortName }

  static var allValueStrings: [String] { SignatureAlgorithm.allCases.map(\.shortName) }

  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

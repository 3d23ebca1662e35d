import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinManifest
import AsvinRelease

struct KeygenCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Generate a key pair: KEY.pem, readable by its owner only, and KEY.pub.pem.",
    discussion: "The private key is encrypted if ASVIN_PACK_PASSPHRASE, --passphrase-file or --encrypt is given.")

  @Option(help: ArgumentHelp("The algorithm: ed25519, or p256 for ECDSA on P-256.", valueName: "algorithm"))
  var algorithm = AlgorithmName(.ed25519)

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file of the private key. It must not exist.", valueName: "file"),
    completion: .file())
  var output: String

  @Flag(help: "Encrypt the private key. Asks for a passphrase if none is set.")
  var encrypt = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (KeyReport) throws -> Void) throws {
    let generation = KeyGeneration(algorithm: algorithm.algorithm, output: output, encrypted: encrypt)
    try report(generation.run(in: environment.with(passphrase)))
  }
}

/// An algorithm by its name. ArgumentParser would show its raw value, the number of COSE.
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

extension KeyReport: Report {
  var lines: [String] {
    if let privateKey {
      return [
        "made a key", line("algorithm", algorithm), line("key id", keyID),
        line("private", "\(privateKey) (keep it secret)"),
        line("public", publicKey ?? ""),
      ]
    }
    if let publicKey {
      return [line("algorithm", algorithm), line("key id", keyID), line("public", publicKey)]
    }
    return (text ?? pem).split(separator: "\n").map(String.init)
  }
}

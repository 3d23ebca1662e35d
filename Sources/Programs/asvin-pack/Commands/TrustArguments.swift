import AsvinHost
import ArgumentParser
import AsvinRelease

/// The conditions for a release, for `verify` and for `extract`.
struct TrustArguments: ParsableArguments {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A trusted public key. At least --threshold of these keys must have signed. May be repeated.", valueName: "pub"),
    completion: .file())
  var trust: [String] = []

  @Option(help: ArgumentHelp("The domain of the vendor that the release must be for.", valueName: "domain"))
  var vendor: String?

  @Option(name: .customLong("class"), help: ArgumentHelp("The class that the release must be for.", valueName: "name"))
  var deviceClass: String?

  @Option(help: ArgumentHelp("The rollback floor: the sequence number must be above it.", valueName: "n"))
  var floor: UInt64?

  @Option(help: ArgumentHelp("The sequence number of the release that the device runs.", valueName: "n"))
  var baseSequence: UInt64?

  @Option(help: ArgumentHelp("The number of keys that must have signed.", valueName: "n"))
  var threshold = 1

  func verification(of bundle: String, in environment: Environment) -> BundleVerification {
    var verification = BundleVerification(
      bundle: bundle, trust: trust.map { KeyReference($0, from: environment.folder) })
    verification.vendor = vendor
    verification.deviceClass = deviceClass
    verification.floor = floor
    verification.threshold = threshold
    verification.baseSequence = baseSequence
    return verification
  }
}

import AsvinHost
import ArgumentParser
import AsvinRelease

struct Verify: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Verify a bundle as a device does, then every payload in it.")

  @Argument(help: ArgumentHelp("The bundle; - is standard input.", valueName: "bundle"), completion: .file())
  var bundle: String

  @OptionGroup var trust: TrustArguments
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (Verdict) throws -> Void) throws {
    try report(trust.verification(of: bundle, in: environment).run(in: environment))
  }
}

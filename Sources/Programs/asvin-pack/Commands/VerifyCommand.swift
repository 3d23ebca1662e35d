import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinRelease

struct VerifyCommand: ReportingCommand {
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

extension Verdict: Report {
  var exitCode: Int32 { isAccepted ? 0 : Failure.Kind.rejected.rawValue }

  var lines: [String] {
    guard isAccepted else { return ["rejected \(bundle): \(reason) (code \(code))"] }
    var lines = ["accepted \(bundle)"] + (release?.lines ?? [])
    for signer in signers { lines.append(line("key", signer)) }
    return lines
  }

  /// The cause of a rejection also goes to standard error, so that the log of a build shows it.
  var errors: [String] {
    guard let message else { return [] }
    return ["asvin-pack: error: \(message)"] + (hint.map { ["asvin-pack: hint: \($0)"] } ?? [])
  }
}

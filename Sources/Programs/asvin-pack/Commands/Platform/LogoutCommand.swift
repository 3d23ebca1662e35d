import ArgumentParser
import AsvinHost
import AsvinPlatformClient
import AsvinPrograms

struct LogoutCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "logout",
    abstract: "Remove the stored token of a platform, and its certificates.",
    discussion: "The token stays valid on the platform. To end it, use: asvin-pack token revoke NAME")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (LogoutReport) throws -> Void) throws {
    let address = try platform.address(in: environment)
    let credentials = Credentials(environment.variables)
    let wasStored = try credentials.remove(address)
    try KnownPlatforms(environment.variables).forget(address)
    try report(LogoutReport(platform: address, wasLoggedIn: wasStored))
  }
}

struct LogoutReport: Report {
  let platform: String
  let wasLoggedIn: Bool

  var lines: [String] { [wasLoggedIn ? "logged out of \(platform)" : "no token for \(platform) is stored"] }
}

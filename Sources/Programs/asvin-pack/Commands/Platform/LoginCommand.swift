import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinRelease

struct LoginCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "login",
    abstract: "Store a token for a platform, after the platform has reported its name and role.",
    discussion: """
      The token comes from --token-file, ASVIN_PACK_TOKEN or a prompt, never from the command line, and is kept in a file \
      that only you can read: credentials.json in ~/.config/asvin-pack, or in $XDG_CONFIG_HOME/asvin-pack. The platform \
      becomes the default of --to, and --ca is remembered for it. A build server does not need a login, because it sets ASVIN_PACK_TOKEN.
      """)

  @OptionGroup var platform: PlatformOptions

  @Option(
    help: ArgumentHelp("A file that holds the token; - is standard input.", valueName: "file"), completion: .file())
  var tokenFile: String?

  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (LoginReport) throws -> Void) throws {
    let address = try platform.address(in: environment)
    let token = try token(in: environment)
    let who = try PlatformTasks(
      address: address, token: token, authorities: platform.authorities(of: address, in: environment)
    ).who()
    try Credentials(environment.variables).keep(token, for: address, inputs: environment.inputs)
    try KnownPlatforms(environment.variables).remember(
      address, authorities: platform.authorities(of: address, in: environment))
    try report(LoginReport(platform: address, name: who.name, role: who.role.rawValue, workspace: who.workspace))
  }

  private func token(in environment: Environment) throws -> String {
    let bytes: [UInt8]
    if let tokenFile {
      bytes = try environment.smallInput(tokenFile, limit: 4096)
    } else if let token = environment.variables[Credentials.variable], !token.isEmpty {
      bytes = Array(token.utf8)
    } else if let answer = environment.askPassphrase("token") {
      bytes = answer
    } else {
      throw Failure(.usage, "no token is given", hint: "set \(Credentials.variable), or give --token-file FILE")
    }
    return String(decoding: bytes.prefix { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
  }
}

struct LoginReport: Report {
  let platform: String
  let name: String
  let role: String
  let workspace: Int64

  var lines: [String] { ["logged in to \(platform) as \(name), \(role)"] }
}

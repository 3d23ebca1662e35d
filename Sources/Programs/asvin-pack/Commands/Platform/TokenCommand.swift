import ArgumentParser
import AsvinBundle
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import AsvinRelease
import FoundationEssentials

struct TokenCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Create, list and revoke the tokens of operators and build servers.",
    discussion:
      "An administrator who has lost the token creates one on the server's machine: asvin-platform token create",
    subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])
}

struct TokenCreateCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a token. It is shown only once.",
    discussion:
      "Roles: viewer reads; publisher also uploads releases; operator also moves devices and controls rollouts; "
      + "admin does everything.")

  @Argument(help: "The name of the token, which the audit log shows.") var name: String
  @Option(help: "The role: viewer, publisher, operator or admin.") var role: Role
  @Option(help: ArgumentHelp("Days for which it is valid; default: until it is revoked.", valueName: "days"))
  var days: Int?
  @OptionGroup var output: SecretOutput
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (NewTokenReport) throws -> Void) throws {
    let request = TokenRequest(name: name, role: role, days: days)
    let file = try output.open(inputs: environment.inputs)
    var made = try platform.tasks(in: environment).run { platform in
      try await platform.require(.post, "/manage/tokens", request, as: TokenReply.self)
    }
    if let file {
      try file.commit(secret: made.token ?? "")
      made.token = nil
    }
    try report(NewTokenReport(token: made, file: output.path))
  }
}

struct TokenListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tokens.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (TokenTable) throws -> Void) throws {
    try report(
      TokenTable(
        tokens: try platform.tasks(in: environment).run { platform in
          try await platform.all("/manage/tokens", as: TokenList.self)
        }))
  }
}

struct TokenRevokeCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Revoke tokens. The next request with one of them is refused.")

  @Argument(help: "The tokens, by id or name.") var tokens: [String]
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (TokenTable) throws -> Void) throws {
    let names = tokens
    try report(
      TokenTable(
        tokens: try platform.tasks(in: environment).run { platform in
          let chosen = try await platform.tokens(names)
          for token in chosen {
            _ = try await platform.ask(.delete, "/manage/tokens/\(token.id)", as: TokenReply.self)
          }
          return chosen
        }))
  }
}

extension Role: ExpressibleByArgument {}

/// A new token with its secret, or with the file that has the secret.
struct NewTokenReport: Report {
  let token: TokenReply
  let file: String?

  var lines: [String] {
    let expires = token.expires.map { "until \(Date.text($0))" } ?? "until it is revoked"
    let what = "token \(token.id) '\(token.name)', \(token.role.rawValue), valid \(expires)"
    return [what, file.map { "its secret is in \($0)" } ?? token.token ?? ""]
  }
}

/// Tokens, one on each line.
struct TokenTable: Report {
  let tokens: [TokenReply]

  var lines: [String] {
    guard !tokens.isEmpty else { return ["no tokens"] }
    return table(
      ["ID", "NAME", "ROLE", "CREATED", "EXPIRES", "LAST USE"],
      tokens.map { token in
        [
          "\(token.id)", token.name, token.role.rawValue, Date.text(token.created),
          token.expires.map { Date.text($0) } ?? "never", token.used.map { Date.text($0) } ?? "never",
        ]
      })
  }
}

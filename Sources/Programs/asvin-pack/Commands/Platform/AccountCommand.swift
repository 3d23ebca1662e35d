import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms

struct AccountCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "account",
    abstract:
      "Manage the accounts of asvin's first device clients, which log in with an e-mail address and a password.",
    discussion: "A password is read from ASVIN_PASSWORD, because a list of processes would show it as an argument.",
    subcommands: [
      AccountCreateCommand.self, AccountPasswordCommand.self, AccountListCommand.self, AccountRemoveCommand.self,
    ])
}

struct AccountCreateCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "create", abstract: "Create an account.")

  @Argument(help: "The e-mail address.") var email: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (AccountTable) throws -> Void) throws {
    try report(try platform.setAccount(email, replace: false, in: environment))
  }
}

struct AccountPasswordCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "password",
    abstract: "Replace the password of an account. The old one is refused from the next login on.")

  @Argument(help: "The e-mail address.") var email: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (AccountTable) throws -> Void) throws {
    try report(try platform.setAccount(email, replace: true, in: environment))
  }
}

struct AccountListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the accounts.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (AccountTable) throws -> Void) throws {
    try report(
      AccountTable(
        accounts: try platform.tasks(in: environment).run { platform in
          try await platform.all("/manage/accounts", as: AccountList.self)
        }))
  }
}

struct AccountRemoveCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove accounts. A login that one made before ends within ten minutes.")

  @Argument(help: "The e-mail addresses.") var emails: [String]
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (AccountTable) throws -> Void) throws {
    let emails = emails
    try report(
      AccountTable(
        accounts: try platform.tasks(in: environment).run { platform in
          for email in emails {
            let path = "/manage/accounts?\(QueryItem("email", email).text)"
            _ = try await platform.ask(.delete, path, as: AccountReply.self)
          }
          return emails.map { AccountReply(email: $0.lowercased()) }
        }))
  }
}

extension PlatformOptions {
  fileprivate func setAccount(_ email: String, replace: Bool, in environment: Environment) throws -> AccountTable {
    guard let password = environment.variables["ASVIN_PASSWORD"] else {
      throw Failure(.usage, "no password is given", hint: "set ASVIN_PASSWORD")
    }
    return AccountTable(
      accounts: [
        try tasks(in: environment).run { platform in
          try await platform.require(
            .post, "/manage/accounts", AccountRequest(email: email, password: password, replace: replace),
            as: AccountReply.self)
        }
      ])
  }
}

/// The addresses of accounts, one on each line.
struct AccountTable: Report {
  let accounts: [AccountReply]

  var lines: [String] { accounts.isEmpty ? ["no accounts"] : accounts.map(\.email) }
}

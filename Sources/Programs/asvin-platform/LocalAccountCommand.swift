import ArgumentParser
import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformServer
import AsvinPlatformStore
import AsvinPrograms
import FoundationEssentials

struct LocalAccountCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "account",
    abstract:
      "Manage the accounts of asvin's first device clients, which log in with an e-mail address and a password.",
    discussion: "A password is read from ASVIN_PASSWORD, because a list of processes would show it as an argument.",
    subcommands: [
      AccountSetting<NewAccount>.self, AccountSetting<NewPassword>.self, LocalAccountListCommand.self,
      LocalAccountRemoveCommand.self,
    ])
}

/// A command that sets the password of an account.
protocol AccountChange {
  static var name: String { get }
  static var abstract: String { get }
  static var done: String { get }
  static var isNew: Bool { get }
}

enum NewAccount: AccountChange {
  static let name = "create"
  static let abstract = "Create an account."
  static let done = "created the account"
  static let isNew = true
}

enum NewPassword: AccountChange {
  static let name = "password"
  static let abstract = "Replace the password of an account. The old one is refused from the next login on."
  static let done = "replaced the password of the account"
  static let isNew = false
}

struct AccountSetting<Change: AccountChange>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: Change.name, abstract: Change.abstract)
  }

  @Argument(help: "The e-mail address.") var email: String
  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    guard let password = ProcessInfo.processInfo.environment["ASVIN_PASSWORD"] else {
      throw Failure(.usage, "no password is given", hint: "set ASVIN_PASSWORD")
    }
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    do {
      let account = try await Provisioning.setAccount(
        email, password: password, isNew: Change.isNew, of: workspace.id, in: store, at: .now)
      try CommandProgram.show("\(Change.done) \(account.email) of workspace \(workspace.id.value)")
    } catch let error as PlatformError {
      throw Failure(error)
    }
  }
}

struct LocalAccountListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the accounts of a workspace.")

  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    for account in try await store.read(in: workspace.id, { try $0.accounts(after: nil, limit: 1_000_000) }) {
      try CommandProgram.show(VisibleText.cleaned(account.email))
    }
  }
}

struct LocalAccountRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove an account. A login that it made before ends within ten minutes.")

  @Argument(help: "The e-mail address.") var email: String
  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    do {
      try await Provisioning.removeAccount(email, of: workspace.id, in: store, at: .now)
    } catch let error as PlatformError {
      throw Failure(error)
    }
    try CommandProgram.show("removed the account \(Account.folded(email))")
  }
}

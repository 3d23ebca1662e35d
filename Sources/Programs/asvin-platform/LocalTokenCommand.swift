import ArgumentParser
import AsvinBundle
import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformServer
import AsvinPlatformStore
import AsvinPrograms
import FoundationEssentials

struct LocalTokenCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Create, list and revoke the tokens of operators, on the server's machine and without a token.",
    discussion:
      "This is the way back into a workspace whose administrator has lost the token. The server may run meanwhile.",
    subcommands: [LocalTokenCreateCommand.self, LocalTokenListCommand.self, LocalTokenRevokeCommand.self])
}

struct LocalTokenCreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a token. It is shown only once.")

  @Argument(help: "The name of the token, which the audit log shows.") var name: String
  @Option(help: "The role of the token: viewer, publisher, operator or admin.") var role = Role.admin
  @Option(help: ArgumentHelp("Days for which it is valid; default: until it is revoked.", valueName: "days"))
  var days: Int?
  @OptionGroup var output: SecretOutput
  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    guard days.map((1...3650).contains) ?? true else {
      throw Failure(.usage, "\(days ?? 0) is not a number of days", hint: "give --days 1 to 3650")
    }
    let file = try output.open()
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    do {
      let (token, secret) = try await Provisioning.makeToken(
        named: name, role, days: days, of: workspace.id, in: store, at: .now)
      guard let file, let output = output.path else { return try CommandProgram.show(secret) }
      try file.commit(secret: secret)
      try CommandProgram.show("created the token \(token.id.value) '\(name)' in \(output)")
    } catch let error as PlatformError {
      throw Failure(error)
    }
  }
}

extension Role: ExpressibleByArgument {}

struct LocalTokenListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tokens of a workspace.")

  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    for token in try await store.read(in: workspace.id, { try $0.accessTokens(Listing()).items }) {
      let expires = token.expires.map { "expires \(Date.text($0.seconds))" } ?? "does not expire"
      let used = token.used.map { "last used \(Date.text($0.seconds))" } ?? "never used"
      try CommandProgram.show(
        "\(token.id.value)  \(VisibleText.cleaned(token.name))  \(token.role.rawValue)  \(expires)  \(used)")
    }
  }
}

struct LocalTokenRevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Revoke a token. The next request with it is refused.")

  @Argument(help: "The id of the token, as in the list.") var token: Int64
  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    do {
      try await Provisioning.revokeToken(ID(token), of: workspace.id, in: store, at: .now)
    } catch let error as PlatformError {
      throw Failure(error)
    }
    try CommandProgram.show("revoked the token \(token)")
  }
}

extension Date {
  /// The time in ISO 8601, UTC.
  static func text(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }
}

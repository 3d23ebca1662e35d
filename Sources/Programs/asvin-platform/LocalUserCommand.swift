import ArgumentParser
import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformServer
import AsvinPlatformStore
import AsvinPrograms
import FoundationEssentials

struct LocalUserCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "user",
    abstract: "Create, invite, list and remove the users of the pages, on the server's machine.",
    discussion:
      "This is the way back for an administrator who has lost the password. The server may run meanwhile.",
    subcommands: [
      LocalUserCreateCommand.self, LocalUserInviteCommand.self, LocalUserListCommand.self, LocalUserRemoveCommand.self,
    ])
}

struct LocalUserCreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a user. The path of the link that sets the password is printed once.")

  @Argument(help: "The e-mail address, by which the user signs in.") var email: String
  @Option(help: "The role of the user: viewer, publisher, operator or admin.") var role = Role.admin
  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    do {
      let path = try await Provisioning.makeUser(email, role, of: workspace.id, in: store, at: .now)
      try CommandProgram.show(path)
    } catch let error as PlatformError {
      throw Failure(error)
    }
  }
}

struct LocalUserInviteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite",
    abstract: "Print the path of a link by which a user sets a new password. It is valid for three days.",
    discussion: "Open it below the address of the platform, such as https://ota.example.com/console/welcome?code=...")

  @Argument(help: "The e-mail address of the user.") var email: String
  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    do {
      let path = try await Provisioning.inviteUser(email, of: workspace.id, in: store, at: .now)
      try CommandProgram.show(path)
    } catch let error as PlatformError {
      throw Failure(error)
    }
  }
}

struct LocalUserListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users of a workspace.")

  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    let lines = try await store.read(in: workspace.id) { rows in
      try rows.users().map { user in
        let token = try rows.accessToken(user.token)
        let used = token?.used.map { "last here \(Date.text($0.seconds))" } ?? "never here"
        let password = user.password == nil ? "no password yet" : "has a password"
        return "\(VisibleText.cleaned(user.email))  \(token?.role.rawValue ?? "no role")  \(password)  \(used)"
      }
    }
    for line in lines { try CommandProgram.show(line) }
  }
}

struct LocalUserRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a user. The sessions of the user end at once.")

  @Argument(help: "The e-mail address of the user.") var email: String
  @OptionGroup var option: WorkspaceOption
  @OptionGroup var folder: DataFolder

  func run() async throws {
    let store = try folder.store()
    let workspace = try await option.find(in: store)
    do {
      try await Provisioning.removeUser(email, of: workspace.id, in: store, at: .now)
    } catch let error as PlatformError {
      throw Failure(error)
    }
    try CommandProgram.show("removed the user \(email)")
  }
}

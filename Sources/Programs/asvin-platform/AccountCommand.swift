import AsvinHost
import ArgumentParser
import AsvinPlatform
import AsvinPlatformStore
import AsvinPrograms
import AsvinManifest
import FoundationEssentials

struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account",
    abstract: "Create an account for asvin's first device clients, which log in with an e-mail address and a password.",
    discussion: "The password is read from ASVIN_PASSWORD, because a list of processes would show it as an argument.")

  @Argument(help: "The e-mail address.") var email: String
  @Option(help: ArgumentHelp("The workspace's id.", valueName: "id")) var workspace: Int64 = 1
  @OptionGroup var folder: DataFolder

  func run() async throws {
    guard workspace > 0 else {
      throw Failure(.usage, "\(workspace) is not a workspace's id", hint: "see: asvin-platform workspace list")
    }
    guard let password = ProcessInfo.processInfo.environment["ASVIN_PASSWORD"] else {
      throw Failure(.usage, "no password is given", hint: "set ASVIN_PASSWORD")
    }
    let store = try folder.store()
    guard try await store.workspace(ID(workspace)) != nil else {
      throw Failure(.inputMissing, "workspace \(workspace) does not exist", hint: "see: asvin-platform workspace list")
    }
    var generator = SystemRandomNumberGenerator()
    let salt = FixedBytes<16> { _ in UInt8.random(in: 0...255, using: &generator) }
    guard let account = Account(email: email, password: password, salt: salt) else {
      throw Failure(
        .usage, "the address or the password is not valid",
        hint: "use an address with an @, and a password of at least \(Account.shortestPassword) characters")
    }
    do {
      try await store.add(account, to: ID(workspace))
    } catch PlatformError.nameTaken {
      throw Failure(.failed, "an account with that address exists")
    }
    try CommandProgram.show("created the account \(account.email) of workspace \(workspace)")
  }
}

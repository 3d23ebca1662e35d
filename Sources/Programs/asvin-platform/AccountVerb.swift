import AsvinHost
import ArgumentParser
import AsvinPlatform
import AsvinPlatformStore
import AsvinPrograms
import AsvinManifest
import FoundationEssentials

struct AccountVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account",
    abstract: "Make an account that asvin's first device clients log in as, by e-mail address and password.",
    discussion: "The password is taken from ASVIN_PASSWORD, where no list of processes shows it.")

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
      throw Failure(.inputMissing, "there is no workspace \(workspace)", hint: "see: asvin-platform workspace list")
    }
    var generator = SystemRandomNumberGenerator()
    let salt = FixedBytes<16> { _ in UInt8.random(in: 0...255, using: &generator) }
    guard let account = Account(email: email, password: password, salt: salt) else {
      throw Failure(
        .usage, "that is no account", hint: "an address has an @, a password \(Account.shortestPassword) characters")
    }
    do {
      try await store.add(account, to: ID(workspace))
    } catch PlatformError.nameTaken {
      throw Failure(.failed, "there is an account of that address")
    }
    try CommandProgram.show("made the account \(account.email) of workspace \(workspace)")
  }
}

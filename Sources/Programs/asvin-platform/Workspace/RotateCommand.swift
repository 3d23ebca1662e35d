import AsvinHost
import ArgumentParser
import AsvinPlatform
import AsvinPlatformServer
import AsvinPrograms

struct RotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Replace the customer key of a workspace. The old key stays valid for a number of days.",
    discussion: """
      Devices with the old key can log in until it expires, so that they can be given the new key by an update. If the old key \
      has leaked, end it at once with --keep-old-days 0. Device keys are replaced with add-device-key and remove-device-key.
      """)

  @OptionGroup var named: WorkspaceArgument
  @OptionGroup var folder: DataFolder

  @Option(help: ArgumentHelp("The new key: a file, - or env://NAME; default: a new key.", valueName: "file"))
  var customerKeyFile: String?

  @Option(help: ArgumentHelp("Days for which the old key stays valid, 0 to 3650.", valueName: "days"))
  var keepOldDays = 30

  @Flag(help: "Print JSON instead of text.") var json = false

  func run() async throws {
    guard (0...3650).contains(keepOldDays) else {
      throw Failure(.usage, "\(keepOldDays) is not a number of days", hint: "give --keep-old-days 0 to 3650")
    }
    let store = try folder.store()
    let workspace = try await named.find(in: store)
    do {
      _ = try await Provisioning.rotateCustomerKey(
        to: try customerKeyFile.map(WorkspaceKeys.read), keepingOldFor: keepOldDays, of: workspace.id, in: store,
        at: .now)
    } catch let error as PlatformError {
      throw Failure(error)
    }
    let report = WorkspaceReport(try await named.find(in: store))
    if json { try report.printJSON() } else { try report.printLines() }
  }
}

struct EndOldKeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "end-old-keys", abstract: "End the customer keys that a rotation kept valid.")

  @OptionGroup var named: WorkspaceArgument
  @OptionGroup var folder: DataFolder

  func run() async throws {
    let store = try folder.store()
    let workspace = try await named.find(in: store)
    let count = try await Provisioning.endFormerKeys(of: workspace.id, in: store, at: .now)
    try CommandProgram.show(
      "ended \(count) old customer \(count == 1 ? "key" : "keys") of workspace \(workspace.id.value)")
  }
}

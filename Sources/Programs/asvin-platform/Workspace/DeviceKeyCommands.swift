import AsvinHost
import ArgumentParser
import AsvinPlatform
import AsvinPlatformServer
import AsvinPrograms

struct AddDeviceKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add-device-key", abstract: "Add a device key to a workspace. The workspace's other keys stay valid.")

  @OptionGroup var named: WorkspaceArgument
  @OptionGroup var folder: DataFolder

  @Option(help: ArgumentHelp("The key: a file, - or env://NAME; default: a new key.", valueName: "file"))
  var deviceKeyFile: String?

  func run() async throws {
    let store = try folder.store()
    let workspace = try await named.find(in: store)
    do {
      let key = try await Provisioning.addDeviceKey(
        try deviceKeyFile.map(WorkspaceKeys.read), to: workspace.id, in: store, at: .now)
      try CommandProgram.show("device key   \(key)")
    } catch let error as PlatformError {
      throw Failure(error)
    }
  }
}

struct RemoveDeviceKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove-device-key",
    abstract: "Remove a device key from a workspace. Devices that use it can no longer log in.")

  @OptionGroup var named: WorkspaceArgument
  @OptionGroup var folder: DataFolder

  @Option(help: ArgumentHelp("The key: a file, - or env://NAME.", valueName: "file"))
  var deviceKeyFile: String

  func run() async throws {
    let store = try folder.store()
    let workspace = try await named.find(in: store)
    do {
      let key = try WorkspaceKeys.read(deviceKeyFile)
      try await Provisioning.removeDeviceKey(key, from: workspace.id, in: store, at: .now)
      try CommandProgram.show("removed a device key of workspace \(workspace.id.value)")
    } catch let error as PlatformError {
      throw Failure(error)
    }
  }
}

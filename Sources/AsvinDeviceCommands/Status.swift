import ArgumentParser
import AsvinAgent
import AsvinPublisher

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Show what a device is, and what it runs.")

  @Argument(help: "The device's folder.") var folder: String

  func run() async throws {
    let folder = DeviceFolder(folder)
    let identity = try folder.identity()
    let (version, sequence) = try await PlatformConnection.with(identity.platform) { platform in
      try await DeviceAgent(folder, on: platform, hooks: DeviceHooks()).running()
    }
    print("device    \(identity.name), \(identity.device) of workspace \(identity.workspace) at \(identity.platform)")
    print("runs      \(version), sequence number \(sequence)")
    print("class     \(identity.deviceClass) of vendor \(identity.vendor)")
  }
}

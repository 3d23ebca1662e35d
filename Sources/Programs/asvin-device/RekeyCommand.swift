import ArgumentParser
import AsvinAgent
import AsvinPlatformClient
import AsvinPrograms

struct RekeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rekey",
    abstract: "Replace the device's key with a new one, on the platform and in the folder.",
    discussion: """
      Stop the agent first. The platform refuses the old key afterwards. If the connection is lost meanwhile, run the command \
      again: it completes the change. A device that has lost its key needs a token of: asvin-pack device rekey
      """)

  @Argument(help: "The device's folder.") var folder: String
  @OptionGroup var authority: AuthorityOption

  func run() async throws {
    let folder = DeviceFolder(folder)
    let address = try folder.identity().platform
    try await PlatformConnection.with(address, authorities: authority.bytes()) {
      try await KeyChange(folder).run(on: $0)
    }
    print("the device has a new key")
  }
}

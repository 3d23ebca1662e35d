import ArgumentParser
import AsvinAgent
import AsvinHost
import AsvinPlatformClient
import AsvinPrograms

struct InstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Install a release from a bundle file, without the platform.",
    discussion: """
      The release is verified as one from the platform: its signatures, vendor, class, rollback floor and every byte. The next \
      start tries it, and confirms or reverts it. The platform hears of it at the next poll. Stop the agent first, and give \
      the same hooks as to run.
      """)

  @Argument(help: "The device's folder.") var folder: String
  @Argument(help: ArgumentHelp("The bundle.", valueName: "bundle")) var bundle: String
  @OptionGroup var hooks: HookOptions

  func run() async throws {
    let folder = DeviceFolder(folder)
    let identity = try folder.identity()
    try hooks.validate(for: identity)
    let (hooks, bundle) = (hooks.hooks(folder.path), bundle)
    let payloads = try BundlePayloads(bundle, for: identity)
    try await PlatformConnection.with(identity.platform) { platform in
      let agent = try DeviceAgent(folder, on: platform, hooks: hooks)
      let outcome = try await agent.install(payloads)
      print(outcome.line)
      try outcome.end()
    }
  }
}

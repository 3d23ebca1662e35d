import ArgumentParser
import AsvinHost
import AsvinPrograms

struct DeviceProgram: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "asvin-device",
    abstract: "Run the agent of a device, which polls the platform, and verifies, installs and confirms updates.",
    version: ProductVersion.text,
    subcommands: [
      EnrolCommand.self, RunCommand.self, InstallCommand.self, StatusCommand.self, RekeyCommand.self,
      SimulateCommand.self,
    ])
}

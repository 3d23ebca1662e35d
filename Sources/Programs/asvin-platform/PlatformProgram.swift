import ArgumentParser
import AsvinHost
import AsvinPrograms

struct PlatformProgram: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "asvin-platform",
    abstract: "Run the platform to which bundles are published and which devices poll.",
    discussion: "Start with: asvin-platform workspace create NAME; asvin-platform serve; then open the printed link",
    version: ProductVersion.text,
    subcommands: [
      ServeCommand.self, WorkspaceCommand.self, LocalTokenCommand.self, LocalUserCommand.self,
      LocalAccountCommand.self, BackupCommand.self,
      RestoreCommand.self, CheckCommand.self, UpgradeCommand.self,
    ])
}

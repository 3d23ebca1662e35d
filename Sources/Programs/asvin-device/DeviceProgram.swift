import ArgumentParser
import AsvinPrograms

/// The program.
enum DeviceProgram {
  /// Runs the verb that the arguments name, and leaves with the exit code of its outcome.
  static func run() -> Never { CommandProgram.wait(for: AsvinDeviceRoot.self) }
}

/// The root of all verbs.
struct AsvinDeviceRoot: AsyncParsableCommand, VerbGroup {
  static let configuration = CommandConfiguration(
    commandName: "asvin-device",
    abstract: "The agent of a device: polls, verifies, installs, confirms or goes back.",
    version: "0.1.0", subcommands: [Enrol.self, Run.self, Status.self, Simulate.self])
}

import ArgumentParser
import AsvinPrograms

/// The program.
enum PlatformProgram {
  /// Runs the verb that the arguments name, and leaves with the exit code of its outcome.
  static func run() -> Never { CommandProgram.wait(for: AsvinPlatformRoot.self) }
}

/// The root of all verbs.
struct AsvinPlatformRoot: AsyncParsableCommand, VerbGroup {
  static let configuration = CommandConfiguration(
    commandName: "asvin-platform",
    abstract: "The platform that bundles are published to and devices poll.",
    discussion: "Start with: asvin-platform workspace create NAME; asvin-platform serve",
    version: "0.1.0", subcommands: [Serve.self, WorkspaceVerb.self, AccountVerb.self])
}

import ArgumentParser
import AsvinRelease
import Glibc

/// The program, from its arguments to its exit code.
public enum PlatformProgram {
  /// Runs the verb that the arguments name, and leaves with the exit code of its outcome.
  public static func run() async -> Never {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try AsvinPlatformRoot.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      exit(0)
    } catch {
      leave(error)
    }
  }

  private static func leave(_ error: any Error) -> Never {
    if let failure = error as? Failure {
      write("asvin-platform: error: \(failure.message)")
      if let hint = failure.hint { write("asvin-platform: hint: \(hint)") }
      exit(failure.kind.rawValue)
    }
    let code = AsvinPlatformRoot.exitCode(for: error)
    let message = AsvinPlatformRoot.fullMessage(for: error)
    guard code != .success else {
      print(message)
      exit(0)
    }
    write(code == .validationFailure ? message : "asvin-platform: error: \(error)")
    exit(code.rawValue)
  }

  private static func write(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    // There is nowhere else to say it.
    _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}

/// The root of all verbs.
struct AsvinPlatformRoot: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asvin-platform",
    abstract: "The platform that bundles are published to and devices poll.",
    discussion: "Start with: asvin-platform workspace create NAME; asvin-platform serve",
    version: "0.1.0", subcommands: [Serve.self, WorkspaceVerb.self, AccountVerb.self])
}

import ArgumentParser
import AsvinRelease
import Glibc

/// The program, from its arguments to its exit code.
public enum DeviceProgram {
  /// Runs the verb that the arguments name, and leaves with the exit code of its outcome.
  public static func run() async -> Never {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try AsvinDeviceRoot.parseAsRoot()
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
    if let code = error as? ExitCode { exit(code.rawValue) }
    if let failure = error as? Failure {
      write("asvin-device: error: \(failure.message)")
      if let hint = failure.hint { write("asvin-device: hint: \(hint)") }
      exit(failure.kind.rawValue)
    }
    let code = AsvinDeviceRoot.exitCode(for: error)
    let message = AsvinDeviceRoot.fullMessage(for: error)
    guard code != .success else {
      print(message)
      exit(0)
    }
    write(code == .validationFailure ? message : "asvin-device: error: \(error)")
    exit(code.rawValue)
  }

  /// A line on standard error.
  static func write(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    // There is nowhere else to say it.
    _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}

/// The root of all verbs.
struct AsvinDeviceRoot: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asvin-device",
    abstract: "The agent of a device: polls, verifies, installs, confirms or goes back.",
    version: "0.1.0", subcommands: [Enrol.self, Run.self, Status.self, Simulate.self])
}

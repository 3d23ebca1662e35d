public import ArgumentParser
import AsvinRelease
import Glibc

/// A program of verbs, from its arguments to its exit code.
public enum CommandProgram {
  /// Runs the verb that the arguments name, and leaves with the exit code of its outcome.
  public static func run<Root: AsyncParsableCommand>(_ root: Root.Type) async -> Never {
    // A reader that goes away is an error to report, not a death without a word.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Root.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      exit(0)
    } catch {
      leave(error, root)
    }
  }

  /// Writes a line on standard error.
  public static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    // There is nowhere else to say it.
    _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }

  private static func leave<Root: AsyncParsableCommand>(_ error: any Error, _ root: Root.Type) -> Never {
    let name = Root.configuration.commandName ?? ""
    if let code = error as? ExitCode { exit(code.rawValue) }
    if let failure = error as? Failure {
      say("\(name): error: \(failure.message)")
      if let hint = failure.hint { say("\(name): hint: \(hint)") }
      exit(failure.kind.rawValue)
    }
    let code = Root.exitCode(for: error)
    let message = Root.fullMessage(for: error)
    guard code != .success else {
      print(message)
      exit(0)
    }
    say(code == .validationFailure ? message : "\(name): error: \(error)")
    exit(code.rawValue)
  }
}

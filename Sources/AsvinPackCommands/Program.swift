import AsvinRelease
import ArgumentParser
import Glibc

/// The program, from its arguments to its exit code.
public enum Program {
  /// Runs the verb that the arguments name, and leaves with the exit code of its outcome.
  public static func run() -> Never {
    // A reader that goes away is an error to report, not a death without a word.
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      var command = try verb(arguments) ?? AsvinPack.parseAsRoot(helpAsJSON(arguments))
      try command.run()
      exit(0)
    } catch {
      leave(error, asJSON: arguments.contains("--json"))
    }
  }

  /// The verb that well-formed arguments name. Laying out all verbs as the root does takes longer than a signature;
  /// whatever is not well-formed goes through the root, which knows what to say.
  private static func verb(_ arguments: [String]) -> (any ParsableCommand)? {
    let verbs = AsvinPack.configuration.subcommands
    guard let name = arguments.first, let verb = verbs.first(where: { $0.configuration.commandName == name }) else {
      return nil
    }
    return try? verb.parse(Array(arguments.dropFirst()))  // the root parses it again and gives the error
  }

  /// `help --json` is the dump of all verbs and options that ArgumentParser makes.
  private static func helpAsJSON(_ arguments: [String]) -> [String] {
    guard arguments.first == "help", arguments.contains("--json") else { return arguments }
    return arguments.dropFirst().filter { $0 != "--json" } + ["--experimental-dump-help"]
  }

  private static func leave(_ error: any Error, asJSON: Bool) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    if let failure = error as? Failure { leave(failure, asJSON: asJSON) }
    let message = AsvinPack.fullMessage(for: error)
    guard AsvinPack.exitCode(for: error) != .success else {
      print(message)
      exit(0)
    }
    leave(usage(message), asJSON: asJSON)
  }

  private static func leave(_ failure: Failure, asJSON: Bool) -> Never {
    if asJSON { FailureReport(failure).printJSON() }
    StandardError.write("asvin-pack: error: \(failure.message)")
    if let hint = failure.hint { StandardError.write("asvin-pack: hint: \(hint)") }
    exit(failure.kind.rawValue)
  }

  /// ArgumentParser's message in our form: what is wrong, then the usage as a hint.
  private static func usage(_ message: String) -> Failure {
    var lines = message.split(separator: "\n").map(String.init)
    let first = lines.isEmpty ? "the call is wrong" : lines.removeFirst()
    let text = first.hasPrefix("Error: ") ? String(first.dropFirst(7)) : first
    let lowered = text.prefix(1).lowercased() + text.dropFirst()
    let usage = lines.first { $0.hasPrefix("Usage: ") }.map { "usage: \($0.dropFirst(7))" }
    return Failure(
      .usage, lowered.hasSuffix(".") ? String(lowered.dropLast()) : String(lowered),
      hint: usage ?? "see: asvin-pack help")
  }
}

/// The root of all verbs.
struct AsvinPack: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asvin-pack",
    abstract: "Packs, signs, verifies and publishes firmware.",
    discussion: """
      Start with: asvin-pack keygen -o keys/release.pem; asvin-pack init --template esp8266; asvin-pack sign firmware.bin
      Exit codes: 0 done, 1 failed, 64 usage, 65 rejected, 66 input missing, 69 server unreachable, 73 cannot write \
      output, 77 not allowed.
      """,
    version: "0.1.0",
    subcommands: [
      Init.self, Keygen.self, Pub.self, Sign.self, Verify.self, Inspect.self, Extract.self, Delta.self, Apply.self,
      LintVerb.self, Publish.self, Login.self, RolloutVerb.self, DeviceVerb.self,
    ])
}

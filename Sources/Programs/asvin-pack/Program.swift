import AsvinHost
import ArgumentParser
import AsvinPrograms
import AsvinRelease

/// The program, from its arguments to its exit code.
enum Program {
  /// Runs the verb that the arguments name, and leaves with the exit code of its outcome.
  static func run() -> Never {
    CommandProgram.prepare()
    var asJSON = false
    do {
      let arguments = try ProgramArguments.read()
      asJSON = arguments.prefix { $0 != "--" }.contains("--json")
      try CommandProgram.checkHelp(arguments, AsvinPack.self)
      var command = try verb(arguments) ?? AsvinPack.parseAsRoot(helpAsJSON(arguments))
      try command.run()
      ThisProcess.end(0)
    } catch {
      CommandProgram.leave(error, AsvinPack.self) { failure in
        // Where standard output fails too, the words on standard error are all there is.
        if asJSON { try? FailureReport(failure).printJSON() }  // see above
      }
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
}

/// The root of all verbs.
struct AsvinPack: VerbGroup {
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

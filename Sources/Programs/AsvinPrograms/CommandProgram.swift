package import ArgumentParser
package import AsvinHost
import Synchronization

/// The runner of the three programs: it parses the arguments, runs a command and exits with the code of its result.
package enum CommandProgram {
  /// The name that messages begin with.
  private static let name = Mutex("")

  /// Runs the command that the arguments name.
  ///
  /// Nothing is awaited at the top level of a file: that code has the same symbol in every program, so that a test could not
  /// link two of them.
  package static func run<Root: ParsableCommand>(_ root: Root.Type) -> Never {
    name.withLock { $0 = root.configuration.commandName ?? "" }
    StandardStreams.prepare()
    Interruption.removeIncompleteFiles()
    var asJSON = false
    do {
      let arguments = try ProgramArguments.read()
      asJSON = arguments.prefix { $0 != "--" }.contains("--json")
      try checkHelp(arguments, root)
      try checkNames(arguments[...], root)
      var command = try parse(arguments, root)
      if command is any AsyncParsableCommand { try runAsync(root, arguments, asJSON) }
      try command.run()
      // Buffered output is written here, where an error can still be reported.
      try StandardStreams.flush()
      ThisProcess.end(0)
    } catch {
      leave(error, root, asJSON)
    }
  }

  /// Runs a command that waits for others, on other threads than the first.
  ///
  /// - Throws: ``Failure``, before the first thread is started, if threads would end the process.
  private static func runAsync<Root: ParsableCommand>(
    _ root: Root.Type, _ arguments: [String], _ asJSON: Bool
  ) throws(Failure) -> Never {
    try ThisProcess.requireProcessFolder()
    Task {
      do {
        // Parsed once more, because a command cannot be sent to another thread.
        if var command = try parse(arguments, root) as? any AsyncParsableCommand { try await command.run() }
        try StandardStreams.flush()
        ThisProcess.end(0)
      } catch {
        leave(error, root, asJSON)
      }
    }
    ThisProcess.waitForSignals()
  }

  /// Parses a subcommand directly if the arguments are well-formed. Building the complete command tree takes longer than a
  /// signature, so that is left to the error path, which needs the tree for its usage text.
  private static func parse<Root: ParsableCommand>(
    _ arguments: [String], _ root: Root.Type
  ) throws -> any ParsableCommand {
    if let name = arguments.first,
      let subcommand = root.configuration.subcommands.first(where: { $0.configuration.commandName == name }),
      let command = try? subcommand.parse(Array(arguments.dropFirst()))  // the root reports the error
    {
      return command
    }
    return try root.parseAsRoot(helpAsJSON(arguments))
  }

  /// `help --json` is the list of all commands and options that ArgumentParser generates.
  private static func helpAsJSON(_ arguments: [String]) -> [String] {
    guard arguments.first == "help", arguments.contains("--json") else { return arguments }
    return arguments.dropFirst().filter { $0 != "--json" } + ["--experimental-dump-help"]
  }

  /// Checks that the commands exist for which help is requested.
  ///
  /// - Throws: ``Failure`` for a command that does not exist. ArgumentParser would show the help of the program instead.
  static func checkHelp(_ arguments: [String], _ root: any ParsableCommand.Type) throws(Failure) {
    guard arguments.first == "help" else { return }
    var command = root
    for name in arguments.dropFirst() {
      if name.hasPrefix("-") { return }
      if name == "help" { continue }
      let subcommands = command.configuration.subcommands
      var found: (any ParsableCommand.Type)?
      for subcommand in subcommands where Self.name(of: subcommand) == name { found = subcommand }
      guard let found else {
        var names: [String] = []
        for subcommand in subcommands { names.append(Self.name(of: subcommand)) }
        throw Failure(
          .usage, "\(Self.name(of: command)) does not have a command '\(name)'",
          hint: names.isEmpty ? "see: \(Self.name(of: root)) help" : "choose one of: \(names.joined(separator: ", "))")
      }
      command = found
    }
  }

  /// Checks the names of commands before the first option or argument.
  ///
  /// - Throws: ``Failure`` for a command that does not exist, with the nearest name. ArgumentParser would call it an
  ///   unexpected argument.
  static func checkNames(_ arguments: ArraySlice<String>, _ command: any ParsableCommand.Type) throws(Failure) {
    var names: [String] = []
    for subcommand in command.configuration.subcommands { names.append(name(of: subcommand)) }
    guard let typed = arguments.first, !names.isEmpty, typed != "help", !typed.hasPrefix("-") else { return }
    if let index = names.firstIndex(of: typed) {
      return try checkNames(arguments.dropFirst(), command.configuration.subcommands[index])
    }
    let nearest = NearestName.find(typed, among: names)
    throw Failure(
      .usage, "\(name(of: command)) does not have a command '\(typed)'",
      hint: nearest.map { "did you mean '\($0)'?" } ?? "choose one of: \(names.joined(separator: ", "))")
  }

  private static func name(of command: any ParsableCommand.Type) -> String { command._commandName }

  /// Writes a line to standard output.
  ///
  /// - Throws: ``Failure`` if it cannot be written.
  package static func show(_ line: String) throws(Failure) { try StandardStreams.show(line.withVisibleControls) }

  /// Writes a line to standard error.
  package static func say(_ line: String) { StandardStreams.say(line.withVisibleControls) }

  /// Writes a warning to standard error.
  package static func warn(_ message: String) { say("\(name.withLock { $0 }): warning: \(message)") }

  /// Reports an error and exits with its code.
  private static func leave(_ error: any Error, _ root: any ParsableCommand.Type, _ asJSON: Bool) -> Never {
    if let code = error as? ExitCode { ThisProcess.end(code.rawValue) }
    let failure: Failure
    switch outcome(of: error, root) {
    case .shown(let text):
      do throws(Failure) {
        try StandardStreams.show(text)
        ThisProcess.end(0)
      } catch {
        failure = error
      }
    case .failed(let found): failure = found
    }
    if asJSON { try? FailureReport(failure).printJSON() }  // the text on standard error remains
    let name = name.withLock { $0 }
    say("\(name): error: \(failure.message)")
    if let hint = failure.hint { say("\(name): hint: \(hint)") }
    if let error = error as? MissingCommand { StandardStreams.say(root.helpMessage(for: error.group)) }
    ThisProcess.end(failure.kind.rawValue)
  }

  private enum Outcome {
    case shown(String)
    case failed(Failure)
  }

  /// The requested help, or a failure.
  private static func outcome(of error: any Error, _ root: any ParsableCommand.Type) -> Outcome {
    let name = root.configuration.commandName ?? ""
    if error is any Explained || error is Failure { return .failed(Failure(error, on: name)) }
    if let error = error as? MissingCommand {
      return .failed(
        Failure(.usage, "\(error.group._commandName) needs a command", hint: "choose one of the commands below"))
    }
    let code = root.exitCode(for: error)
    if code == .success { return .shown(root.fullMessage(for: error)) }
    guard code == .validationFailure else { return .failed(Failure(error, on: name)) }
    return .failed(Failure(usage: root.fullMessage(for: error), program: name))
  }
}

extension Failure {
  /// Converts a message of ArgumentParser: the error, then the usage as a hint.
  init(usage message: String, program: String) {
    let lines = message.split(separator: "\n").map(String.init)
    var parts = lines.prefix { !$0.hasPrefix("Usage: ") && !$0.hasPrefix("  See ") && !$0.hasPrefix("Help: ") }[...]
    let first = parts.popFirst() ?? "the arguments are wrong"
    var text = first.hasPrefix("Error: ") ? String(first.dropFirst(7)) : first
    // The values of an option are listed below the message, one on each line.
    let values = parts.map { $0.drop { $0 == " " || $0 == "-" } }.filter { !$0.isEmpty }
    if text.hasSuffix(":"), !values.isEmpty { text += " " + values.joined(separator: ", ") }
    let lowered = text.prefix(1).lowercased() + text.dropFirst()
    let usage = lines.first { $0.hasPrefix("Usage: ") }.map { "usage: \($0.dropFirst(7))" }
    self.init(
      .usage, lowered.hasSuffix(".") ? String(lowered.dropLast()) : String(lowered),
      hint: usage ?? "see: \(program) help")
  }
}

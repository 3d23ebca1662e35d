package import ArgumentParser
package import AsvinHost

/// A program of verbs, from its arguments to its exit code.
package enum CommandProgram {
  /// Runs a program that waits for others, on other threads than the first.
  ///
  /// Nothing is awaited at the top of a file: its code has one symbol in every program, and a test that needs two programs
  /// could not be linked.
  package static func wait<Root: AsyncParsableCommand>(for root: Root.Type) -> Never {
    start(root)
    Task { await run(root) }
    ThisProcess.waitForSignals()
  }

  /// Prepares a program that waits for others, before its first thread: libdispatch's threads end the process where `/proc`
  /// is not mounted, so that it is refused here.
  private static func start(_ root: any ParsableCommand.Type) {
    prepare()
    do throws(Failure) {
      try ThisProcess.requireProcessFolder()
    } catch {
      leave(error, root)
    }
  }

  /// Runs the verb that the arguments name, and leaves with the exit code of its outcome.
  package static func run<Root: AsyncParsableCommand>(_ root: Root.Type) async -> Never {
    do {
      let arguments = try ProgramArguments.read()
      try checkHelp(arguments, Root.self)
      var command = try Root.parseAsRoot(arguments)
      if command is any VerbGroup { throw MissingVerb(command: type(of: command)) }
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      // What was printed is written out here, where an error can still be reported.
      try StandardStreams.flush()
      ThisProcess.end(0)
    } catch {
      leave(error, root)
    }
  }

  /// Prepares the process for reading, writing and being ended.
  package static func prepare() {
    StandardStreams.prepare()
    Interruption.removeIncompleteFiles()
  }

  /// Checks that the verbs exist that `help` is asked about.
  ///
  /// - Throws: ``Failure`` for one that does not; ArgumentParser would show the help of all verbs as if it did.
  package static func checkHelp(_ arguments: [String], _ root: any ParsableCommand.Type) throws(Failure) {
    guard arguments.first == "help" else { return }
    var command = root
    for name in arguments.dropFirst() {
      if name.hasPrefix("-") { return }
      if name == "help" { continue }
      let verbs = command.configuration.subcommands
      var found: (any ParsableCommand.Type)?
      for verb in verbs where Self.name(of: verb) == name { found = verb }
      guard let found else {
        var names: [String] = []
        for verb in verbs { names.append(Self.name(of: verb)) }
        throw Failure(
          .usage, "\(Self.name(of: command)) has no verb '\(name)'",
          hint: names.isEmpty ? "see: \(Self.name(of: root)) help" : "choose one of: \(names.joined(separator: ", "))")
      }
      command = found
    }
  }

  private static func name(of command: any ParsableCommand.Type) -> String { command._commandName }

  /// Writes a line to standard output.
  ///
  /// - Throws: ``Failure`` where it does not get there.
  package static func show(_ line: String) throws(Failure) { try StandardStreams.show(line.withVisibleControls) }

  /// Writes a line on standard error.
  package static func say(_ line: String) { StandardStreams.say(line.withVisibleControls) }

  /// Leaves with what an error means.
  ///
  /// - Parameter failed: is given the failure before it is said.
  package static func leave(
    _ error: any Error, _ root: any ParsableCommand.Type, failed: (Failure) -> Void = { _ in }
  ) -> Never {
    let name = root.configuration.commandName ?? ""
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
    failed(failure)
    say("\(name): error: \(failure.message)")
    if let hint = failure.hint { say("\(name): hint: \(hint)") }
    if let error = error as? MissingVerb { StandardStreams.say(root.helpMessage(for: error.command)) }
    ThisProcess.end(failure.kind.rawValue)
  }

  private enum Outcome {
    case shown(String)
    case failed(Failure)
  }

  /// What an error is: help that was asked for, or a failure.
  private static func outcome(of error: any Error, _ root: any ParsableCommand.Type) -> Outcome {
    if let failure = error as? Failure { return .failed(failure) }
    if let error = error as? FileError { return .failed(Failure(error, on: error.path)) }
    if let error = error as? MissingVerb {
      let command = error.command._commandName
      return .failed(Failure(.usage, "\(command) needs a verb", hint: "choose one of those below"))
    }
    let code = root.exitCode(for: error)
    if code == .success { return .shown(root.fullMessage(for: error)) }
    guard code == .validationFailure else { return .failed(Failure(error, on: root.configuration.commandName ?? "")) }
    return .failed(Failure(usage: root.fullMessage(for: error), program: root.configuration.commandName ?? ""))
  }
}

extension Failure {
  /// ArgumentParser's message in our form: what is wrong, then the usage as a hint.
  init(usage message: String, program: String) {
    let lines = message.split(separator: "\n").map(String.init)
    var parts = lines.prefix { !$0.hasPrefix("Usage: ") && !$0.hasPrefix("  See ") && !$0.hasPrefix("Help: ") }[...]
    let first = parts.popFirst() ?? "the call is wrong"
    var text = first.hasPrefix("Error: ") ? String(first.dropFirst(7)) : first
    // The values of an option are listed below it, one a line.
    let values = parts.map { $0.drop { $0 == " " || $0 == "-" } }.filter { !$0.isEmpty }
    if text.hasSuffix(":"), !values.isEmpty { text += " " + values.joined(separator: ", ") }
    let lowered = text.prefix(1).lowercased() + text.dropFirst()
    let usage = lines.first { $0.hasPrefix("Usage: ") }.map { "usage: \($0.dropFirst(7))" }
    self.init(
      .usage, lowered.hasSuffix(".") ? String(lowered.dropLast()) : String(lowered),
      hint: usage ?? "see: \(program) help")
  }
}

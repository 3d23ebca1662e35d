package import ArgumentParser

/// A command that only groups subcommands.
package protocol SubcommandGroup: ParsableCommand {}

extension SubcommandGroup {
  /// Refuses a call without a subcommand, because a call that does nothing must not succeed.
  ///
  /// - Throws: ``MissingCommand``.
  package mutating func run() throws { throw MissingCommand(group: Self.self) }
}

/// A call that does not name a subcommand.
package struct MissingCommand: Error {
  let group: any ParsableCommand.Type
}

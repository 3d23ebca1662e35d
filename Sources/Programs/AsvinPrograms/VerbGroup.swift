package import ArgumentParser

/// A command that does nothing itself: it needs one of its verbs.
package protocol VerbGroup: ParsableCommand {}

extension VerbGroup {
  /// Refuses, because a call without a verb does nothing, and must not look like success.
  ///
  /// - Throws: ``MissingVerb``.
  package mutating func run() throws { throw MissingVerb(command: Self.self) }
}

/// A call that names no verb.
package struct MissingVerb: Error {
  /// The command whose verb is missing.
  let command: any ParsableCommand.Type
}

import ArgumentParser

/// A page of a list whose items have rising numbers: the audit log and the events.
struct LogPage: ParsableArguments {
  @Option(help: ArgumentHelp("Start after this number; 0 is the oldest item.", valueName: "number"))
  var after: Int64 = 0

  @Option(help: ArgumentHelp("The number of items, at most 1000.", valueName: "number"))
  var limit = 100

  var query: String { "after=\(after)&limit=\(limit)" }
}

package import AsvinHost

/// The arguments of the program.
///
/// Swift's own `CommandLine` reads them from `/proc`, and has none where that is not mounted: the program would then do
/// nothing and succeed.
package enum ProgramArguments {
  /// The arguments after the program's name.
  ///
  /// - Throws: ``Failure`` where they are not known, and for a `--version` that is not alone.
  package static func read() throws(Failure) -> [String] {
    guard let arguments = ThisProcess.arguments.map({ Array($0.dropFirst()) }) else {
      throw Failure(.failed, "the arguments cannot be read", hint: "start the program with its name as first argument")
    }
    try check(arguments)
    return arguments
  }

  /// `--version` shows the program's version wherever it is, and the rest would be dropped without a word.
  static func check(_ arguments: [String]) throws(Failure) {
    let options = arguments.prefix { $0 != "--" }
    guard arguments.count > 1, options.contains(where: { $0 == "--version" || $0.hasPrefix("--version=") }) else {
      return
    }
    throw Failure(
      .usage, "--version shows the program's own version, and has no other arguments beside it",
      hint: "give the firmware's version with --fw-version, or use --version alone")
  }
}

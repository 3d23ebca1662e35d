package import AsvinHost

/// The arguments of the program.
///
/// Swift's `CommandLine` reads them from `/proc`. If that is not mounted, `CommandLine` is empty, and the program would
/// do nothing and succeed.
package enum ProgramArguments {
  /// The arguments after the program's name.
  ///
  /// - Throws: ``Failure`` if they cannot be read, and for `--version` with other arguments.
  package static func read() throws(Failure) -> [String] {
    guard let arguments = ThisProcess.arguments.map({ Array($0.dropFirst()) }) else {
      throw Failure(.failed, "the arguments cannot be read", hint: "start the program with its name as first argument")
    }
    try check(arguments)
    return arguments
  }

  /// `--version` at any place shows the version of the program. ArgumentParser then ignores the other arguments without
  /// an error.
  static func check(_ arguments: [String]) throws(Failure) {
    let options = arguments.prefix { $0 != "--" }
    guard arguments.count > 1, options.contains(where: { $0 == "--version" || $0.hasPrefix("--version=") }) else {
      return
    }
    throw Failure(
      .usage, "--version shows the version of the program and does not accept other arguments",
      hint: "give the firmware's version with --fw-version, or use --version alone")
  }
}

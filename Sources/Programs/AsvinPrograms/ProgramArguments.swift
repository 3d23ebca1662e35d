package import AsvinRelease
import CAsvinSystem

/// The arguments of the program.
///
/// Swift's own `CommandLine` reads them from `/proc`, and has none where that is not mounted: the program would then do
/// nothing and succeed.
package enum ProgramArguments {
  /// The arguments after the program's name.
  ///
  /// - Throws: ``Failure`` where they are not known, and for a `--version` that is not alone.
  package static func read() throws(Failure) -> [String] {
    let count = asvin_argument_count()
    guard count > 0 else {
      throw Failure(.failed, "the arguments cannot be read", hint: "start the program with its name as first argument")
    }
    var arguments: [String] = []
    for index in 1..<max(count, 1) {
      guard let text = unsafe asvin_argument(index) else {
        throw Failure(.failed, "argument \(index) cannot be read", hint: "start the program again")
      }
      arguments.append(unsafe String(cString: text))
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

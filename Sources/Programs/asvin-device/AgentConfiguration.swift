import ArgumentParser
import AsvinHost

/// The configuration file of the agent: a line `name = value` for an option of `run`, without the dashes. A line that is empty
/// or begins with `#` does not count.
struct AgentConfiguration {
  /// The options that may be in a file.
  static let names: Set<String> = [
    "interval", "rate", "proxy", "ca", "allow", "postpone", "check", "check-timeout", "restart", "restart-timeout",
    "activate", "mark-good",
    "is-running", "hook-timeout", "running",
  ]

  /// The options as arguments.
  let arguments: [String]

  /// Parses a file.
  ///
  /// - Throws: ``Failure`` with the number of the line.
  init(_ text: String, file: String) throws(Failure) {
    var arguments: [String] = []
    var lines: [String: Int] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = Self.trimmed(line)
      if line.isEmpty || line.hasPrefix("#") { continue }
      let place = "'\(file)', line \(index + 1)"
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw Failure(.usage, "\(place): '\(line)' is not an option and its value", hint: "write it as name = value")
      }
      let (name, value) = (Self.trimmed(parts[0]), Self.trimmed(parts[1]))
      guard Self.names.contains(name) else {
        throw Failure(
          .usage, "\(place): '\(name)' is not an option",
          hint: "the options are \(Self.names.sorted().joined(separator: ", "))")
      }
      if let other = lines.updateValue(index + 1, forKey: name) {
        throw Failure(.usage, "\(place): '\(name)' is already in line \(other)", hint: "keep one of both")
      }
      let option = ["--\(name)=\(value)"]
      do {
        _ = try RunCommand.parse(["folder"] + option)
      } catch {
        throw Failure(.usage, "\(place): \(RunCommand.message(for: error))", hint: "see asvin-device run --help")
      }
      arguments += option
    }
    self.arguments = arguments
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let isBlank = { (character: Character) in character == " " || character == "\t" || character == "\r" }
    return String(text.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }
}

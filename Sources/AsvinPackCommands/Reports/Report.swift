import FoundationEssentials

/// A value that a verb made: lines for a person, or JSON, from the same fields.
protocol Report: Encodable {
  var lines: [String] { get }
  /// Lines for standard error, before the report.
  var warnings: [String] { get }
  /// Lines for standard error, after the report.
  var errors: [String] { get }
  var exitCode: Int32 { get }
}

extension Report {
  var warnings: [String] { [] }
  var errors: [String] { [] }
  var exitCode: Int32 { 0 }
}

extension Encodable {
  /// Prints the value as JSON, keys in alphabetical order.
  func printJSON() {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      print(String(decoding: try encoder.encode(self), as: UTF8.self))
    } catch {
      StandardError.write("asvin-pack: error: the result cannot be written as JSON: \(error)")
    }
  }
}

/// A name and its value as one aligned line.
func line(_ name: String, _ value: String) -> String {
  "  " + name + String(repeating: " ", count: max(1, 11 - name.count)) + value
}

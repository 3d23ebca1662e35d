import AsvinHost
import AsvinPrograms
import AsvinRelease
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
  func printJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text: String
    do {
      text = String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw Failure(.failed, "the result cannot be written as JSON: \(error)", hint: "report this as a defect")
    }
    try StandardStreams.show(text.withJSONControls)
  }
}

/// A report with the project file that its verb obeyed.
struct ReportWithProject<Content: Report>: Encodable {
  let report: Content
  let project: String?

  private enum Key: CodingKey { case project }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    guard let project else { return }
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(project, forKey: .project)
  }
}

/// A name and its value as one aligned line.
func line(_ name: String, _ value: String) -> String {
  "  " + name + String(repeating: " ", count: max(1, 11 - name.count)) + value
}

/// A page of the documentation's formats, whose tables are compared with the code.
package struct FormatPage {
  /// A heading without a table: the test would compare nothing.
  package struct MissingTable: Error {
    let heading: String
  }

  private let lines: [Substring]

  package init(_ name: String) throws {
    let text = try Shared.projectText("Sources/Documentation.docc/Formats/\(name).md")
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The rows of the first table after a heading, without its head. A cell is its text without the marks of code.
  package func rows(under heading: String) throws -> [[String]] {
    let section = lines.drop { $0 != "## \(heading)" }.dropFirst().prefix { !$0.hasPrefix("#") }
    let table = section.drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
    guard !table.isEmpty else { throw MissingTable(heading: heading) }
    return table.map { line in
      line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map { cell in
        cell.filter { $0 != "`" }.split(separator: " ").joined(separator: " ")
      }
    }
  }

  /// The first columns of those rows.
  package func rows(under heading: String, columns: Int) throws -> [[String]] {
    try rows(under: heading).map { Array($0.prefix(columns)) }
  }
}

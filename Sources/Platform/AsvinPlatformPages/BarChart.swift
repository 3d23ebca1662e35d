/// A chart of bars, drawn as SVG, with a table of the same numbers.
package struct BarChart {
  package struct Bar {
    let name: String
    let number: Int
    let link: String?
    /// The class of the bar in the stylesheet.
    let kind: String

    package init(name: String, number: Int, link: String? = nil, kind: String = "plain") {
      (self.name, self.number, self.link, self.kind) = (name, number, link, kind)
    }
  }

  /// Units of the longest bar.
  private static let width = 1000

  private let bars: [Bar]

  package init(_ bars: [Bar]) { self.bars = bars }

  /// The fields of the template `bars`.
  package func value(_ catalog: PageCatalog) -> PageValue {
    let most = max(bars.map(\.number).max() ?? 0, 1)
    return [
      "empty": .flag(bars.allSatisfy { $0.number == 0 }),
      "bars": .list(
        bars.map { bar in
          // A number above zero is always visible.
          let width = bar.number == 0 ? 0 : max(bar.number * Self.width / most, 4)
          return [
            "name": .text(bar.name), "number": .text(catalog.grouped(bar.number)), "width": .number(width),
            "link": PageValue(bar.link), "kind": .text(bar.kind),
          ]
        }),
    ]
  }
}

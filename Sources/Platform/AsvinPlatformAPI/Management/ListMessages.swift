/// The orders in which a list is read. Every list has the order of ids, which is that of creation.
package protocol ListSort: RawRepresentable<String>, CaseIterable, Sendable {
  static var id: Self { get }
}

package enum DeviceSort: String, ListSort { case id, name, label, version, seen }
package enum FirmwareSort: String, ListSort { case id, name, version }
package enum RolloutSort: String, ListSort { case id, name }
package enum GroupSort: String, ListSort { case id, name }

extension ListSort {
  /// The values of the query parameter: each order, and each in reverse with a hyphen before it.
  package static var texts: [String] { allCases.map(\.rawValue) + allCases.map { "-\($0.rawValue)" } }
}

extension Property {
  /// The query parameters of a list: its filters, its order and the page.
  package static func list<Sort: ListSort>(_ sort: Sort.Type, _ filters: [Property] = []) -> [Property] {
    filters + [
      Property(
        "sort", .choice(Sort.texts), "The order; a hyphen before it reverses the order; default id", isRequired: false),
      Property("after", .pattern(cursorPattern), "The member next of the previous page", isRequired: false),
      Property("limit", .integer(1...PlatformLimit.pageItems), "The number of items; default 100", isRequired: false),
    ]
  }

  private static let cursorPattern = "^[0-9]{1,16}(\\.(n-?[0-9]{1,19}|t([0-9a-f]{2}){0,2048}))?$"

  /// The filter of a list whose items have ids and names: one that an operator calls by either.
  package static func called(_ what: String) -> Property {
    Property("called", .text(1...256), "Only those with this \(what)", isRequired: false)
  }

  private static func search(_ what: String) -> Property {
    Property(
      "search", .text(1...64), "Only those whose \(what) contains this text; ASCII letters match in either case",
      isRequired: false)
  }

  package static let deviceFilters = [
    called("id, name or label"), search("name or label"),
    Property("group", .id, "Only those in this device group", isRequired: false),
    Property("placement", .choice(of: DevicePlacement.self), "Only those with this placement", isRequired: false),
    Property("version", .text(1...128), "Only those that reported this version last", isRequired: false),
    Property("class", .uuid, "Only those of this class", isRequired: false),
    Property("verifying", .boolean, "Only those that verify releases, or only those that do not", isRequired: false),
    Property("seenSince", .time, "Only those that made contact at this time or later", isRequired: false),
    Property("seenBefore", .time, "Only those that have made no contact since this time", isRequired: false),
    Property("tag", .list(.tag, atMost: 8), "Only those with this tag; may be repeated", isRequired: false),
    Property(
      "attribute", .list(.pattern("^[A-Za-z0-9._-]{1,32}=.{0,128}$"), atMost: 8),
      "Only those that report this attribute, as name=value; may be repeated", isRequired: false),
  ]

  /// The filter that is computed for each device of a page. Such a page may have fewer items than the limit.
  package static let outdated = Property(
    "behind", .boolean, "Only those that have not completed a rollout to them; a page may then be short",
    isRequired: false)

  package static let firmwareFilters = [
    called("id or name"), search("name"),
    Property("version", .text(1...128), "Only this version", isRequired: false),
    Property("class", .uuid, "Only those of this class", isRequired: false),
  ]

  package static let rolloutFilters = [
    called("id or name"), search("name"),
    Property("phase", .choice(of: Phase.self), "Only those in this phase", isRequired: false),
    Property("group", .id, "Only those to this device group", isRequired: false),
    Property("firmware", .id, "Only those of this firmware", isRequired: false),
  ]

  package static let groupFilters = [called("id or name"), search("name")]

  /// The members at the end of each page.
  static let pageEnd = [
    Property(
      "next", .anyText, "The value of the query parameter after for the next page; absent on the last page",
      isRequired: false),
    Property(
      "damaged", .list(.id, atMost: nil), "The ids of items that cannot be read because the database is damaged",
      isRequired: false),
  ]
}

extension MessageSchema {
  /// A word that operators attach to devices.
  package static var tag: MessageSchema { .pattern("^[A-Za-z0-9._-]{1,64}$") }
}

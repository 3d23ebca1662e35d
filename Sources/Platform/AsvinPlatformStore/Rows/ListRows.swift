import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import GRDB

/// The conditions of a query over one table, with their values.
struct RowConditions {
  private var rest = ""
  private(set) var values: [(any DatabaseValueConvertible)?]
  private let prefix: String

  /// - Parameter prefix: the name of the table with a dot, if the query has one.
  init(_ workspace: Int64, prefix: String = "") {
    self.prefix = prefix
    values = [workspace]
  }

  /// Whether a condition selects a few rows, so that a search by the workspace would be the worse plan.
  var isSelective = false

  /// The conditions. The sign before a column keeps SQLite from using an index for it.
  var sql: String { "\(isSelective ? "+" : "")\(prefix)workspace = ?\(rest)" }

  private var workspace: (any DatabaseValueConvertible)? { values[0] }

  /// Adds a condition that begins with a column.
  mutating func add(_ condition: String, _ values: (any DatabaseValueConvertible)?...) {
    rest += " AND \(prefix)\(condition)"
    self.values += values
  }

  /// Adds the place after which a page begins.
  mutating func follow(_ column: String, _ mark: String, _ key: any DatabaseValueConvertible, _ id: Int64) {
    rest += " AND (\(prefix)\(column), \(prefix)id) \(mark) (?, ?)"
    values += [key, id]
  }

  /// Adds the conditions on the name of an entity.
  mutating func add(called: String?, search: String?, in table: String) {
    if let called {
      isSelective = true
      add(
        "id IN (SELECT id FROM \(table) WHERE workspace = ? AND name = ? UNION SELECT ?)", workspace, called,
        Self.id(called))
    }
    if let search { rest += " AND instr(lower(\(prefix)name), ?) > 0"; values.append(search.foldedASCII) }
  }

  mutating func add(_ filter: DeviceFilter) {
    isSelective = filter.called != nil || filter.group != nil || !filter.tags.isEmpty || !filter.attributes.isEmpty
    if let called = filter.called {
      add(
        """
        id IN (SELECT id FROM device WHERE workspace = ? AND folded = ?
        UNION SELECT id FROM device WHERE workspace = ? AND label = ? UNION SELECT ?)
        """, workspace, called.foldedASCII, workspace, called, Self.id(called))
    }
    if let search = filter.search?.foldedASCII {
      rest += " AND (instr(folded, ?) > 0 OR instr(lower(label), ?) > 0)"
      values += [search, search]
    }
    if let group = filter.group { add("device_group = ?", group.value) }
    if let placement = filter.placement { add("placement = ?", StoredNumbers.placements.number(of: placement)) }
    if let version = filter.version { add("version = ?", version) }
    if let deviceClass = filter.deviceClass { add("class = ?", deviceClass.data) }
    if let isVerifying = filter.isVerifying { rest += " AND \(prefix)key IS \(isVerifying ? "NOT NULL" : "NULL")" }
    if let since = filter.seenSince { add("seen >= ?", since.seconds) }
    if let before = filter.seenBefore { add("seen < ?", before.seconds) }
    for tag in filter.tags {
      add("id IN (SELECT device FROM device_tag WHERE workspace = ? AND tag = ?)", workspace, tag)
    }
    for attribute in filter.attributes {
      add(
        "id IN (SELECT device FROM device_attribute WHERE workspace = ? AND name = ? AND value = ?)", workspace,
        attribute.name, attribute.value)
    }
  }

  /// The id that a text is; `nil` for a name.
  private static func id(_ text: String) -> Int64? { Int64(text).flatMap { "\($0)" == text ? $0 : nil } }
}

extension SQLiteTransaction {
  /// Reads a page. The columns begin with the id. One row more than the limit is read, which shows whether a page follows.
  func page<Filter: ListFilter>(
    _ columns: String, of table: String, _ conditions: RowConditions, by column: String?, _ listing: Listing<Filter>,
    _ read: (Row) throws -> Filter.Item
  ) throws -> Page<Filter.Item> {
    var conditions = conditions
    let (direction, mark) = listing.isDescending ? ("DESC", "<") : ("ASC", ">")
    if let after = listing.after {
      switch (column, after.key) {
      case (nil, _): conditions.add("id \(mark) ?", after.id)
      case (let column?, .number(let key)): conditions.follow(column, mark, key, after.id)
      case (let column?, .text(let key)): conditions.follow(column, mark, key, after.id)
      case (_?, nil): throw PlatformError.invalid("after is the place in a list of another order")
      }
    }
    let order = column.map { "\($0) \(direction), id \(direction)" } ?? "id \(direction)"
    let rows = try all(
      "SELECT \(columns)\(column.map { ", \($0)" } ?? "") FROM \(table) WHERE \(conditions.sql) ORDER BY \(order) LIMIT ?",
      conditions.values + [listing.limit == .max ? -1 : listing.limit + 1])
    var page = Page<Filter.Item>([])
    for row in rows.prefix(listing.limit) {
      do {
        page.items.append(try read(row))
      } catch is StoreError {
        page.damaged.append(row[0])
      }
    }
    if rows.count > listing.limit, let last = rows.prefix(listing.limit).last {
      page.next = ListPlace(last[0], key: column == nil ? nil : ListPlace.Key(last[last.count - 1]))
    }
    return page
  }

  /// Reads a page of items that have little more than a name.
  func page<Item>(
    _ columns: String, of table: String, _ listing: Listing<NameFilter<Item>>, _ read: (Row) throws -> Item
  ) throws -> Page<Item> {
    var conditions = RowConditions(workspace)
    conditions.add(called: listing.filter.called, search: listing.filter.search, in: table)
    return try page(columns, of: table, conditions, by: listing.sort == .name ? "name" : nil, listing, read)
  }

  func tags(of device: ID<Device>) throws -> [String] {
    try all("SELECT tag FROM device_tag WHERE device = ? AND +workspace = ? ORDER BY tag", [device.value, workspace])
      .map { $0[0] }
  }

  func attributes(of device: ID<Device>) throws -> [DeviceFilter.Attribute] {
    try all(
      "SELECT name, value FROM device_attribute WHERE device = ? AND +workspace = ? ORDER BY name",
      [device.value, workspace]
    ).map { DeviceFilter.Attribute($0[0], $0[1]) }
  }

  func setTags(_ tags: [String], of device: ID<Device>) throws {
    guard try self.device(device) != nil else { throw PlatformError.notFound(.device) }
    try run("DELETE FROM device_tag WHERE device = ?", [device.value])
    for tag in Set(tags) {
      try run("INSERT INTO device_tag (device, tag, workspace) VALUES (?, ?, ?)", [device.value, tag, workspace])
    }
  }

  func setAttributes(_ attributes: [DeviceFilter.Attribute], of device: ID<Device>) throws {
    guard try self.device(device) != nil else { throw PlatformError.notFound(.device) }
    try run("DELETE FROM device_attribute WHERE device = ?", [device.value])
    for attribute in attributes {
      try run(
        "INSERT INTO device_attribute (device, name, value, workspace) VALUES (?, ?, ?, ?)",
        [device.value, attribute.name, attribute.value, workspace])
    }
  }
}

extension ListPlace.Key {
  /// Reads the value of a column that has numbers or texts.
  fileprivate init?(_ value: DatabaseValue) {
    switch value.storage {
    case .int64(let number): self = .number(number)
    case .string(let text): self = .text(text)
    default: return nil
    }
  }
}

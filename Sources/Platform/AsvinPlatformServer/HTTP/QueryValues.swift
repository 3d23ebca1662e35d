import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

/// The query of a request, checked against the schemas of its route's parameters.
struct QueryValues {
  private var values: [String: JSONValue] = [:]

  init(_ request: Request, of route: Route) throws {
    for property in route.query {
      let texts = request.uri.queryParameters.getAll(property.name)
      guard let first = texts.first else { continue }
      let value: JSONValue =
        switch property.schema {
        case .integer, .unsigned, .time: Int64(first).map { .number($0) } ?? .text(first)
        case .boolean: first == "true" ? true : first == "false" ? false : .text(first)
        case .list: .list(texts.map { .text($0) })
        default: .text(first)
        }
      if let fault = property.schema.fault(in: value, at: property.name) { throw Refusal.malformed(fault) }
      values[property.name] = value
    }
  }

  func text(_ name: String) -> String? {
    guard case .text(let text) = values[name] else { return nil }
    return text
  }

  func number(_ name: String) -> Int64? {
    guard case .number(let number) = values[name] else { return nil }
    return number
  }

  func flag(_ name: String) -> Bool? {
    guard case .boolean(let flag) = values[name] else { return nil }
    return flag
  }

  func texts(_ name: String) -> [String] {
    guard case .list(let items) = values[name] else { return [] }
    return items.compactMap { item in
      guard case .text(let text) = item else { return nil }
      return text
    }
  }

  func id<Entity>(_ name: String) -> ID<Entity>? { number(name).map { ID($0) } }
  func time(_ name: String) -> Instant? { number(name).map { Instant($0) } }

  /// The number of items of a page.
  var limit: Int { number("limit").map { Int($0) } ?? 100 }

  /// Reads the order and the place of a list with a filter.
  func listing<Filter: ListFilter>(_ filter: Filter) throws -> Listing<Filter> {
    var listing = Listing(filter, limit: limit)
    if let text = text("sort") {
      listing.isDescending = text.hasPrefix("-")
      listing.sort = Filter.Sort(rawValue: listing.isDescending ? String(text.dropFirst()) : text) ?? .id
    }
    if let text = text("after") {
      guard let place = ListPlace(text: text) else { throw Refusal.malformed("after is not the place of a page") }
      // Without an order other than that of ids, 0 is the place before the first item.
      if !(place.id == 0 && place.key == nil) { listing.after = place }
    }
    return listing
  }
}

extension DeviceFilter {
  init(_ query: QueryValues) {
    self.init()
    (called, search, version) = (query.text("called"), query.text("search"), query.text("version"))
    group = query.id("group")
    placement = query.text("placement").flatMap { DevicePlacement(rawValue: $0) }
    deviceClass = query.text("class").flatMap { Identifier(uuid: $0) }
    (isVerifying, seenSince, seenBefore) = (query.flag("verifying"), query.time("seenSince"), query.time("seenBefore"))
    tags = query.texts("tag")
    attributes = query.texts("attribute").map { text in
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return Attribute(String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
    }
  }
}

extension FirmwareFilter {
  init(_ query: QueryValues, in group: ID<FileGroup>? = nil) {
    self.init()
    (called, search, version) = (query.text("called"), query.text("search"), query.text("version"))
    deviceClass = query.text("class").flatMap { Identifier(uuid: $0) }
    fileGroup = group
  }
}

extension RolloutFilter {
  init(_ query: QueryValues) {
    self.init()
    (called, search) = (query.text("called"), query.text("search"))
    phase = query.text("phase").flatMap { Phase(rawValue: $0) }
    (group, firmware) = (query.id("group"), query.id("firmware"))
  }
}

extension NameFilter {
  init(_ query: QueryValues) {
    self.init()
    (called, search) = (query.text("called"), query.text("search"))
  }
}

extension Call {
  /// Reads the query and checks it against the route's parameters.
  var query: QueryValues {
    get throws { try QueryValues(request, of: route) }
  }
}

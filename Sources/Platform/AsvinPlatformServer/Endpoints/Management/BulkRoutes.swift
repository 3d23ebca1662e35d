import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  /// Changes of many devices, and rules for new ones.
  static let bulk: [Route] = [
    Route(
      .post, "/manage/device-changes", .person(.operate),
      "Count the devices for which conditions hold, and change them if the caller expects that number",
      body: BulkRequest.self, answers: .json(BulkReply.self, "The number of devices"),
      .problem(409, "The number of devices is not the expected one, or above the limit")
    ) { call in
      let body = try await call.body(BulkRequest.self)
      let (filter, change) = (DeviceFilter(body.selection), try BulkChange(body))
      // A device that made contact since the write is counted, and not changed.
      if filter.asksForContacts { await call.platform.contacts.writeForList() }
      let (count, selected) = try await call.read { rows -> (Int, Set<ID<Device>>) in
        if case .place(let location) = change, let group = location.group, try rows.deviceGroup(group) == nil {
          throw PlatformError.notFound(.deviceGroup)
        }
        let count = try rows.count(of: filter)
        guard body.expected == count else { return (count, []) }
        return (count, Set(try rows.devices(Listing(filter)).items.map(\.id)))
      }
      guard let expected = body.expected else { return try Reply.json(BulkReply(devices: count, changed: 0)) }
      guard count == expected else {
        throw PlatformError.blocked("\(count) devices are selected, not \(expected)", "count them again")
      }
      return try Reply.json(
        BulkReply(devices: count, changed: try await call.apply(change, to: filter, among: selected)))
    },
    Route(
      .get, "/manage/placement-rules", .person(.read), "List the rules that place new devices",
      answers: .json(PlacementRules.self, "The rules")
    ) { call in
      let rules = try await call.read { try $0.placementRules() }
      return try Reply.json(PlacementRules(rules: rules.map { PlacementRuleMessage($0) }))
    },
    Route(
      .put, "/manage/placement-rules", .person(.operate), "Replace the rules that place new devices",
      body: PlacementRules.self, answers: .json(PlacementRules.self, "The rules")
    ) { call in
      let body = try await call.body(PlacementRules.self)
      let rules = body.rules.map { PlacementRule($0) }
      try await call.write { try $0.setRules(rules, by: call.caller.name, at: call.now) }
      return try Reply.json(body)
    },
  ]
}

extension Call {
  /// Applies a change in short writes, so that polls do not wait for it.
  fileprivate func apply(
    _ change: BulkChange, to filter: DeviceFilter, among selected: Set<ID<Device>>
  ) async throws -> Int {
    var (changed, place): (Int, ID<Device>?) = (0, nil)
    repeat {
      let after = place
      let part = try await write { rows in
        try rows.apply(
          change, to: filter, among: selected, after: after, limit: PlatformLimit.bulkWriteDevices, by: caller.name,
          at: now)
      }
      changed += part.changed
      place = part.last
    } while place != nil
    return changed
  }
}

extension BulkChange {
  fileprivate init(_ body: BulkRequest) throws {
    switch body.action {
    case .place:
      guard let placement = body.placement else { throw Refusal.malformed("placement is missing") }
      self = .place(try Device.Location(PlacementRequest(placement: placement, group: body.group)))
    case .tag: self = .tag(adding: body.addTags ?? [], removing: body.removeTags ?? [])
    case .remove: self = .remove
    case .placeByRule: self = .placeByRule
    }
  }
}

extension DeviceFilter {
  fileprivate init(_ selection: DeviceSelection) {
    self.init()
    (search, version, placement) = (selection.search, selection.version, selection.placement)
    group = selection.group.map { ID($0) }
    deviceClass = selection.deviceClass.flatMap { Identifier(uuid: $0) }
    isVerifying = selection.verifying
    (seenSince, seenBefore) = (selection.seenSince.map { Instant($0) }, selection.seenBefore.map { Instant($0) })
    tags = selection.tags ?? []
    attributes = (selection.attributes ?? []).map { Attribute($0.name, $0.value) }
  }
}

extension PlacementRule {
  fileprivate init(_ message: PlacementRuleMessage) {
    self.init(group: ID(message.group))
    (namePrefix, version, isVerifying) = (message.namePrefix, message.version, message.verifying)
    deviceClass = message.deviceClass.flatMap { Identifier(uuid: $0) }
  }
}

extension PlacementRuleMessage {
  fileprivate init(_ rule: PlacementRule) {
    self.init(group: rule.group.value)
    (namePrefix, version, verifying) = (rule.namePrefix, rule.version, rule.isVerifying)
    deviceClass = rule.deviceClass?.uuid
  }
}

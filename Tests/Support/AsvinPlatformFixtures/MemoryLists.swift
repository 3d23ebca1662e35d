import AsvinManifest
package import AsvinPlatform
package import AsvinPlatformAPI

// The lists of the store in memory, by the plain meaning of filters, orders and places.
extension MemoryTransaction {
  private func page<Filter: ListFilter>(
    of items: some Sequence<Filter.Item>, _ listing: Listing<Filter>, _ includes: (Filter.Item) -> Bool
  ) throws -> Page<Filter.Item> {
    let (sort, isDescending) = (listing.sort, listing.isDescending)
    let place = { (item: Filter.Item) in ListPlace(Filter.id(of: item), key: Filter.key(of: item, by: sort)) }
    func precedes(_ left: ListPlace, _ right: ListPlace) -> Bool {
      if let leftKey = left.key, let rightKey = right.key, leftKey != rightKey {
        return isDescending ? rightKey < leftKey : leftKey < rightKey
      }
      return isDescending ? right.id < left.id : left.id < right.id
    }
    if sort != .id, let after = listing.after, after.key == nil {
      throw PlatformError.invalid("after is the place in a list of another order")
    }
    let all = items.filter(includes).sorted { precedes(place($0), place($1)) }
      .filter { item in listing.after.map { precedes($0, place(item)) } ?? true }
    let shown = Array(all.prefix(listing.limit))
    return Page(shown, next: all.count > shown.count ? shown.last.map(place) : nil)
  }

  package func devices(_ listing: Listing<DeviceFilter>) throws -> Page<Device> {
    var page = try page(of: tables.devices.values, listing) { includes($0, listing.filter) }
    page.items = page.items.map(seen)
    return page
  }

  private func includes(_ device: Device, _ filter: DeviceFilter) -> Bool {
    filter.includes(device, tags: tables.tags[device.id] ?? [], attributes: tables.attributes[device.id] ?? [])
  }

  package func deviceGroups(_ listing: Listing<NameFilter<DeviceGroup>>) throws -> Page<DeviceGroup> {
    try page(of: tables.deviceGroups.values, listing, listing.filter.includes)
  }

  package func fileGroups(_ listing: Listing<NameFilter<FileGroup>>) throws -> Page<FileGroup> {
    try page(of: tables.fileGroups.values, listing, listing.filter.includes)
  }

  package func accessTokens(_ listing: Listing<NameFilter<AccessToken>>) throws -> Page<AccessToken> {
    try page(of: tables.accessTokens.values, listing, listing.filter.includes)
  }

  package func enrolmentTokens(_ listing: Listing<NameFilter<EnrolmentToken>>) throws -> Page<EnrolmentToken> {
    try page(of: tables.enrolmentTokens.values, listing, listing.filter.includes)
  }

  package func expectedDevices(_ listing: Listing<NameFilter<ExpectedDevice>>) throws -> Page<ExpectedDevice> {
    try page(of: tables.expected.values, listing, listing.filter.includes)
  }

  package func firmware(_ listing: Listing<FirmwareFilter>) throws -> Page<Firmware> {
    try page(of: tables.firmware.values, listing, listing.filter.includes)
  }

  package func rollouts(_ listing: Listing<RolloutFilter>) throws -> Page<Rollout> {
    try page(of: tables.rollouts.values, listing, listing.filter.includes)
  }

  package func versions(of filter: DeviceFilter, after version: String?, limit: Int) -> [VersionCount] {
    let devices = tables.devices.values.filter { includes($0, filter) }
    return Dictionary(grouping: devices, by: \.firmwareVersion)
      .filter { item in version.map { ListPlace.Key.text($0) < .text(item.key) } ?? true }
      .sorted { ListPlace.Key.text($0.key) < .text($1.key) }.prefix(limit)
      .map { VersionCount(version: $0.key, devices: $0.value.count) }
  }

  package func commonVersions(limit: Int) -> [VersionCount] {
    let counts = versions(of: DeviceFilter(), after: nil, limit: .max)
    return Array(
      counts.enumerated().sorted { ($1.element.devices, $0.offset) < ($0.element.devices, $1.offset) }.map(\.element)
        .prefix(limit))
  }

  package func phases() -> [Phase: Int] { tables.rollouts.values.reduce(into: [:]) { $0[$1.phase, default: 0] += 1 } }

  package func count(of filter: DeviceFilter) -> Int { tables.devices.values.count { includes($0, filter) } }

  package func tags(of device: ID<Device>) -> [String] {
    (tables.tags[device] ?? []).sorted { ListPlace.Key.text($0) < .text($1) }
  }

  package func attributes(of device: ID<Device>) -> [DeviceFilter.Attribute] {
    (tables.attributes[device] ?? []).sorted { ListPlace.Key.text($0.name) < .text($1.name) }
  }

  package func setTags(_ tags: [String], of device: ID<Device>) throws {
    guard tables.devices[device] != nil else { throw PlatformError.notFound(.device) }
    tables.tags[device] = Set(tags)
  }

  package func setAttributes(_ attributes: [DeviceFilter.Attribute], of device: ID<Device>) throws {
    guard tables.devices[device] != nil else { throw PlatformError.notFound(.device) }
    tables.attributes[device] = Set(attributes)
  }

  package func rolloutsWithRecord(of device: ID<Device>) -> [Rollout] {
    tables.rollouts.values.filter { record($0.id, device) != nil }
  }

  package func records(
    of device: ID<Device>, before rollout: ID<Rollout>?, limit: Int
  ) -> [(ID<Rollout>, DeviceRecord)] {
    let known = rolloutsWithRecord(of: device).map(\.id).filter { id in rollout.map { id < $0 } ?? true }
    return known.sorted(by: >).prefix(limit).compactMap { id in record(id, device).map { (id, $0) } }
  }

  package func failure(_ rollout: ID<Rollout>, _ device: ID<Device>) -> DeviceFailure? {
    tables.failures[rollout]?[device]
  }

  package func put(_ failure: DeviceFailure, _ rollout: ID<Rollout>, _ device: ID<Device>) throws {
    guard record(rollout, device) != nil else { throw PlatformError.notFound(.rollout) }
    tables.failures[rollout, default: [:]][device] = failure
  }

  package func newestRollout(withRecordOf device: ID<Device>) -> Rollout? {
    rolloutsWithRecord(of: device).max { ($0.order, $0.id) < ($1.order, $1.id) }
  }

  package func unendedRollouts(of group: ID<DeviceGroup>) -> [Rollout] {
    tables.rollouts.values.filter { !$0.isEnded && $0.plan.groups.contains(group) }.sorted { $0.order > $1.order }
  }

  package func highestRelease(of firmware: Firmware, to groups: Set<ID<DeviceGroup>>) -> StartedRelease? {
    guard let deviceClass = firmware.release?.deviceClass else { return nil }
    return groups.compactMap { tables.releases[$0]?[.verifying(deviceClass)] }.max { $0.sequence < $1.sequence }
  }

  package func noteStart(of release: Firmware.Release, for groups: Set<ID<DeviceGroup>>) {
    for group in groups {
      let known = tables.releases[group]?[.verifying(release.deviceClass)]
      if known.map({ $0.sequence < release.sequence }) ?? true {
        tables.releases[group, default: [:]][.verifying(release.deviceClass)] = StartedRelease(
          sequence: release.sequence, digest: release.digest)
      }
    }
  }
}

import AsvinPlatform
import AsvinPlatformAPI
import AsvinVerifier

// The replies with lists. Damaged data makes one item unreadable, and not its list.

extension DeviceList {
  /// - Parameter outdated: whether only devices that have not completed a rollout are wanted, or only the others.
  init(_ page: Page<Device>, outdated: Bool?, in rows: any ReadTransaction) throws {
    let replies = try page.map(id: \.id.value) { try DeviceReply($0, in: rows) }
    self.init(
      items: replies.items.filter { item in outdated.map { (item.behindSince != nil) == $0 } ?? true },
      next: page.next?.text)
    damaged = replies.damaged.isEmpty ? nil : replies.damaged
  }
}

extension FirmwareList {
  init(_ page: Page<Firmware>, in rows: any ReadTransaction) throws {
    let replies = try page.map(id: \.id.value) { try FirmwareReply($0, in: rows) }
    self.init(items: replies.items, next: page.next?.text)
    damaged = replies.damaged.isEmpty ? nil : replies.damaged
  }
}

extension RolloutList {
  init(_ page: Page<Rollout>, in rows: any ReadTransaction) throws {
    let replies = try page.map(id: \.id.value) { try RolloutReply($0, in: rows) }
    self.init(items: replies.items, next: page.next?.text)
    damaged = replies.damaged.isEmpty ? nil : replies.damaged
  }
}

extension FileGroupList {
  init(_ page: Page<FileGroup>, in rows: any ReadTransaction) throws {
    let replies = try page.map(id: \.id.value) { try FileGroupReply($0, in: rows) }
    self.init(items: replies.items, next: page.next?.text)
    damaged = replies.damaged.isEmpty ? nil : replies.damaged
  }
}

extension DeviceGroupList {
  init(_ page: Page<DeviceGroup>) {
    self.init(items: page.items.map { DeviceGroupReply($0) }, next: page.next?.text)
    damaged = page.damaged.isEmpty ? nil : page.damaged
  }
}

extension DeviceReply {
  init(_ device: Device, in rows: any ReadTransaction) throws {
    var behind: Instant?
    do {
      behind = try rows.behindSince(device)
    } catch is any DamagedData {
      // A damaged rollout does not hide the device.
    }
    self.init(device, behindSince: behind)
    groupName = try device.group.flatMap { try rows.deviceGroup($0) }.map { VisibleText.cleaned($0.name) }
    tags = try rows.tags(of: device.id)
    attributes = try rows.attributes(of: device.id).map {
      AttributeMessage(name: $0.name, value: VisibleText.cleaned($0.value))
    }
  }
}

extension HistoryList {
  init(of device: ID<Device>, before rollout: ID<Rollout>?, limit: Int, in rows: any ReadTransaction) throws {
    let records = try rows.records(of: device, before: rollout, limit: limit)
    let page = try Page(records, next: records.count == limit ? records.last.map { ListPlace($0.0.value) } : nil)
      .map(id: \.0.value) { id, record in try HistoryEntry(record, in: id, of: device, rows) }
    self.init(items: page.items, next: page.next?.text)
    damaged = page.damaged.isEmpty ? nil : page.damaged
  }
}

extension HistoryEntry {
  fileprivate init(
    _ record: DeviceRecord, in id: ID<Rollout>, of device: ID<Device>, _ rows: any ReadTransaction
  ) throws {
    guard let rollout = try rows.rollout(id), let firmware = try rows.firmware(rollout.plan.firmware) else {
      throw PlatformError.notFound(.rollout)
    }
    self.init(
      rollout: id.value, name: VisibleText.cleaned(rollout.plan.name), firmware: firmware.id.value,
      firmwareName: VisibleText.cleaned(firmware.name), version: VisibleText.cleaned(firmware.version),
      state: record.state, failures: record.failures, reason: Int(record.reason), changed: record.changed.seconds)
    reasonName = Reason(rawValue: record.reason).map { "\($0.name)" }
    guard let failure = try rows.failure(id, device) else { return }
    message = VisibleText.cleaned(failure.message)
    // Lines are kept, and nothing else that moves a cursor.
    log = failure.log.split(whereSeparator: \.isNewline).map { VisibleText.cleaned(String($0)) }.joined(separator: "\n")
  }
}

import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let expectedDevices: [Route] = [
    Route(
      .get, "/manage/expected-devices", .person(.read), "List the devices that are expected and have not enrolled",
      query: Property.list(GroupSort.self, Property.groupFilters),
      answers: .json(ExpectedDeviceList.self, "The devices")
    ) { call in
      let query = try call.query
      let listing = try query.listing(NameFilter<ExpectedDevice>(query))
      let page = try await call.read { try $0.expectedDevices(listing) }
      var list = ExpectedDeviceList(items: page.items.map { ExpectedDeviceReply($0) }, next: page.next?.text)
      list.damaged = page.damaged.isEmpty ? nil : page.damaged
      return try Reply.json(list)
    },
    Route(
      .post, "/manage/expected-devices", .person(.operate),
      "Expect devices: each needs no enrolment token to enrol with its key, and is placed in its group at once",
      body: ExpectedDevicesRequest.self,
      answers: .json(201, ExpectedDeviceList.self, "The devices, without those that have enrolled already"),
      .problem(
        409, "A device of that name is enrolled or expected with another key, label or group, or too many are expected")
    ) { call in
      let devices = try await call.body(ExpectedDevicesRequest.self).devices.map { try ExpectedDevice($0) }
      let added = try await call.write { rows in
        guard try rows.expectedDeviceCount() + devices.count <= PlatformLimit.expectedDevices else {
          throw PlatformError.tooMany("a workspace expects at most \(PlatformLimit.expectedDevices) devices")
        }
        return try devices.compactMap { device -> ExpectedDevice? in
          guard let (added, isNew) = try rows.expect(device) else { return nil }
          if isNew { try rows.record(.expectDevice, "expected device \(added.id.value)", added.details, call) }
          return added
        }
      }
      return try Reply.json(ExpectedDeviceList(items: added.map { ExpectedDeviceReply($0) }), status: .created)
    },
    Route(
      .delete, "/manage/expected-devices/{expectedDevice}", .person(.operate), "Expect a device no longer",
      answers: .nothing(204, "The device is not expected")
    ) { call in
      let id: ID<ExpectedDevice> = try call.id("expectedDevice", of: .expectedDevice)
      try await call.write { rows in
        guard let known = try rows.expectedDevice(id) else { throw PlatformError.notFound(.expectedDevice) }
        try rows.remove(id)
        try rows.record(.forgetDevice, "expected device \(id.value)", known.details, call)
      }
      return Response(status: .noContent)
    },
  ]
}

extension ExpectedDevice {
  fileprivate init(_ body: ExpectedDeviceRequest) throws {
    guard let name = DeviceName(body.name) else {
      throw Refusal.malformed("name must have printable ASCII characters only")
    }
    guard body.key == nil || body.publicKey == nil else {
      throw Refusal.malformed("a device has publicKey or key, and not both")
    }
    var key: DeviceKey?
    if let bytes = body.publicKey.flatMap({ FixedBytes<32>([UInt8]($0).span) }) { key = .ed25519(bytes) }
    if let bytes = body.key.flatMap({ FixedBytes<32>([UInt8]($0).span) }) {
      guard let shared = SharedKey(bytes) else { throw Refusal.malformed("key must not have 32 equal bytes") }
      key = .shared(shared)
    }
    self.init(id: ID(0), name: name, key: key, label: body.label, group: body.group.map { ID($0) })
  }

  fileprivate var details: [AuditDetail] {
    [AuditDetail("name", name)] + (key?.details ?? [])
      + (group.map { [AuditDetail("group", "\($0.value)")] } ?? [])
  }
}

extension ExpectedDeviceReply {
  fileprivate init(_ device: ExpectedDevice) {
    let kind: DeviceKeyKind? =
      switch device.key {
      case .ed25519: .ed25519
      case .shared: .symmetric
      case nil: nil
      }
    self.init(
      id: device.id.value, name: device.name, key: kind, label: device.label.map(VisibleText.cleaned),
      group: device.group?.value)
  }
}

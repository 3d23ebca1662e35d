import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let deviceGroups: [Route] = [
    Route(
      .get, "/manage/device-groups", .person(.read), "List the device groups",
      answers: .json(DeviceGroupList.self, "The groups")
    ) { call in
      let groups = try await call.read { rows in try rows.deviceGroups() }
      return try Reply.json(DeviceGroupList(items: groups.map { DeviceGroupReply($0) }))
    },
    Route(
      .post, "/manage/device-groups", .person(.operate), "Create a device group", body: DeviceGroupRequest.self,
      answers: .json(201, DeviceGroupReply.self, "The group"), .problem(409, "A group with that name exists")
    ) { call in
      let body = try await call.body(DeviceGroupRequest.self)
      let group = try await call.write { rows in
        let group = try rows.add(DeviceGroup(id: ID(0), name: body.name))
        try rows.record(.createDeviceGroup, "device group \(group.id.value)", call)
        return group
      }
      return try Reply.json(DeviceGroupReply(group), status: .created)
    },
    Route(
      .get, "/manage/device-groups/{deviceGroup}", .person(.read), "Show a device group",
      answers: .json(DeviceGroupReply.self, "The group")
    ) { call in
      let id: ID<DeviceGroup> = try call.id("deviceGroup", of: .deviceGroup)
      guard let group = try await call.read({ rows in try rows.deviceGroup(id) }) else {
        throw PlatformError.notFound(.deviceGroup)
      }
      return try Reply.json(DeviceGroupReply(group))
    },
  ]

  static let devices: [Route] = [
    Route(
      .get, "/manage/devices", .person(.read), "List the devices", query: Property.page,
      answers: .json(DeviceList.self, "The devices")
    ) { call in
      let (after, limit) = try call.page()
      let items = try await call.read { rows in
        try rows.devices(after: ID(after), limit: limit).map {
          DeviceReply($0, behindSince: try rows.behindSince($0))
        }
      }
      return try Reply.json(DeviceList(items: items, next: items.count == limit ? items.last?.id : nil))
    },
    Route(
      .post, "/manage/devices", .person(.operate), "Register a device with the symmetric key that its factory wrote",
      body: SharedKeyEnrolment.self,
      answers: .json(201, EnrolmentReply.self, "The device is new; it waits in the lobby"),
      .json(200, EnrolmentReply.self, "The device was registered with this key before"),
      .problem(409, "A device with that name has another key")
    ) { call in
      var enrolment = try Enrolment(try await call.body())
      // The device itself has made no contact yet.
      enrolment.firmwareVersion = nil
      return try await call.enrol(enrolment)
    },
    Route(
      .get, "/manage/devices/{device}", .person(.read), "Show a device", answers: .json(DeviceReply.self, "The device")
    ) { call in
      let id: ID<Device> = try call.id("device", of: .device)
      let reply = try await call.read { rows in
        guard let device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        return DeviceReply(device, behindSince: try rows.behindSince(device))
      }
      return try Reply.json(reply)
    },
    Route(
      .put, "/manage/devices/{device}/placement", .person(.operate),
      "Move a device into a group, out of it, or to the blacklist", body: PlacementRequest.self,
      answers: .json(DeviceReply.self, "The device")
    ) { call in
      let id: ID<Device> = try call.id("device", of: .device)
      let body = try await call.body(PlacementRequest.self)
      let location = try Device.Location(body)
      let reply = try await call.write { rows in
        guard var device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        try rows.move(&device, to: location, at: call.now)
        try rows.record(AuditAction(movingTo: body.placement), "device \(id.value)", call)
        return DeviceReply(device, behindSince: try rows.behindSince(device))
      }
      return try Reply.json(reply)
    },
    Route(
      .delete, "/manage/devices/{device}", .person(.operate), "Delete a device",
      answers: .nothing(204, "The device is deleted")
    ) { call in
      let id: ID<Device> = try call.id("device", of: .device)
      try await call.write { rows in
        guard let device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        try rows.delete(device, at: call.now)
        try rows.record(.deleteDevice, "device \(id.value)", call)
      }
      return Response(status: .noContent)
    },
  ]
}

extension Device.Location {
  init(_ body: PlacementRequest) throws {
    let group = body.placement == .grouped ? body.group.map { ID<DeviceGroup>($0) } : nil
    guard let location = Device.Location(body.placement, group: group) else {
      throw Refusal.malformed("group is missing")
    }
    self = location
  }
}

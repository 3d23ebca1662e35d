import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let deviceGroups: [Route] = [
    Route(
      .get, "/manage/device-groups", .person(.read), "All device groups",
      gives: .json(DeviceGroupList.self, "The groups")
    ) { call in
      let groups = try await call.read { rows in try rows.deviceGroups() }
      return try Reply.json(DeviceGroupList(items: groups.map { DeviceGroupReply($0) }))
    },
    Route(
      .post, "/manage/device-groups", .person(.operate), "Make a device group", takes: DeviceGroupRequest.self,
      gives: .json(201, DeviceGroupReply.self, "The group"), .problem(409, "There is a group of that name")
    ) { call in
      let body = try await call.body(DeviceGroupRequest.self)
      let group = try await call.write { rows in
        let group = try rows.add(DeviceGroup(id: ID(0), name: body.name))
        try rows.record("device-group.create", "device group \(group.id.value)", call)
        return group
      }
      return try Reply.json(DeviceGroupReply(group), status: .created)
    },
    Route(
      .get, "/manage/device-groups/{deviceGroup}", .person(.read), "A device group",
      gives: .json(DeviceGroupReply.self, "The group")
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
      .get, "/manage/devices", .person(.read), "All devices", query: Property.page,
      gives: .json(DeviceList.self, "The devices")
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
      .get, "/manage/devices/{device}", .person(.read), "A device", gives: .json(DeviceReply.self, "The device")
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
      "Move a device: into a group, out of it, or to the blacklist", takes: PlacementRequest.self,
      gives: .json(DeviceReply.self, "The device")
    ) { call in
      let id: ID<Device> = try call.id("device", of: .device)
      let body = try await call.body(PlacementRequest.self)
      let placement = try Device.Placement(body)
      let reply = try await call.write { rows in
        guard var device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        try rows.place(&device, placement, at: call.now)
        try rows.record("device.\(body.placement.rawValue)", "device \(id.value)", call)
        return DeviceReply(device, behindSince: try rows.behindSince(device))
      }
      return try Reply.json(reply)
    },
    Route(
      .delete, "/manage/devices/{device}", .person(.operate), "Forget a device", gives: .nothing(204, "It is gone")
    ) { call in
      let id: ID<Device> = try call.id("device", of: .device)
      try await call.write { rows in
        guard let device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        try rows.delete(device, at: call.now)
        try rows.record("device.delete", "device \(id.value)", call)
      }
      return Response(status: .noContent)
    },
  ]
}

extension Device.Placement {
  init(_ body: PlacementRequest) throws {
    switch (body.placement, body.group) {
    case (.grouped, let group?): self = .grouped(ID(group))
    case (.grouped, nil): throw Refusal.malformed("group is missing")
    case (.lobby, _): self = .lobby
    case (.ungrouped, _): self = .ungrouped
    case (.blacklisted, _): self = .blacklisted
    }
  }
}

import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let deviceGroups: [Route] = [
    Route(
      .get, "/manage/device-groups", .person(.read), "List the device groups",
      query: Property.list(GroupSort.self, Property.groupFilters), answers: .json(DeviceGroupList.self, "The groups")
    ) { call in
      let query = try call.query
      let listing = try query.listing(NameFilter<DeviceGroup>(query))
      return try Reply.json(DeviceGroupList(try await call.read { try $0.deviceGroups(listing) }))
    },
    Route(
      .post, "/manage/device-groups", .person(.operate), "Create a device group", body: DeviceGroupRequest.self,
      answers: .json(201, DeviceGroupReply.self, "The group"), .problem(409, "A group with that name exists")
    ) { call in
      let body = try await call.body(DeviceGroupRequest.self)
      let group = try await call.write { rows in
        let group = try rows.add(DeviceGroup(id: ID(0), name: body.name))
        try rows.record(
          .createDeviceGroup, "device group \(group.id.value)", [AuditDetail("name", group.name)], call)
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
      .get, "/manage/devices", .person(.read), "List the devices",
      query: Property.list(DeviceSort.self, Property.deviceFilters + [Property.outdated]),
      answers: .json(DeviceList.self, "The devices")
    ) { call in
      let query = try call.query
      let listing = try query.listing(DeviceFilter(query))
      let outdated = query.flag("behind")
      if listing.sort == .seen || listing.filter.asksForContacts { await call.platform.contacts.writeForList() }
      return try Reply.json(
        try await call.read { rows in try DeviceList(rows.devices(listing), outdated: outdated, in: rows) })
    },
    Route(
      .get, "/manage/device-versions", .person(.read), "Count the devices by the version that they reported last",
      query: Property.deviceFilters + [
        Property("after", .text(0...128), "The last version of the previous page", isRequired: false),
        Property("limit", .integer(1...PlatformLimit.pageItems), "The number of items; default 100", isRequired: false),
      ], answers: .json(VersionList.self, "The versions")
    ) { call in
      let query = try call.query
      let (filter, after, limit) = (DeviceFilter(query), query.text("after"), query.limit)
      if filter.asksForContacts { await call.platform.contacts.writeForList() }
      let counts = try await call.read { rows in try rows.versions(of: filter, after: after, limit: limit) }
      return try Reply.json(
        VersionList(
          items: counts.map { VersionCountReply(version: VisibleText.cleaned($0.version), devices: $0.devices) },
          next: counts.count == limit ? counts.last?.version : nil))
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
        return try DeviceReply(device, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .patch, "/manage/devices/{device}", .person(.operate), "Change the label and the tags of a device",
      body: DeviceChange.self, answers: .json(DeviceReply.self, "The device"),
      .problem(409, "The device has too many tags")
    ) { call in
      let id: ID<Device> = try call.id("device", of: .device)
      let body = try await call.body(DeviceChange.self)
      let (now, actor) = (call.now, call.caller.name)
      let reply = try await call.write { rows in
        guard var device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        if let label = body.label { try rows.label(&device, label, by: actor, at: now) }
        try rows.tag(id, adding: body.addTags ?? [], removing: body.removeTags ?? [], by: actor, at: now)
        return try DeviceReply(device, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .get, "/manage/devices/{device}/history", .person(.read),
      "List the rollouts to a device with its states and failures, the newest first",
      query: [
        Property("after", .pattern("^[0-9]{1,16}$"), "The member next of the previous page", isRequired: false),
        Property("limit", .integer(1...PlatformLimit.pageItems), "The number of items; default 100", isRequired: false),
      ], answers: .json(HistoryList.self, "The history")
    ) { call in
      let id: ID<Device> = try call.id("device", of: .device)
      let query = try call.query
      let (before, limit) = (query.text("after").flatMap { Int64($0) }, query.limit)
      let reply = try await call.read { rows in
        guard try rows.device(id) != nil else { throw PlatformError.notFound(.device) }
        return try HistoryList(of: id, before: before.map { ID($0) }, limit: limit, in: rows)
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
        let target = try device.group.flatMap { try rows.deviceGroup($0) }
        try rows.record(
          AuditAction(movingTo: body.placement),
          "device \(id.value)\(target.map { " into device group \($0.id.value)" } ?? "")",
          [AuditDetail("name", device.name.text)]
            + (target.map { [AuditDetail("group", "\($0.id.value)"), AuditDetail("group-name", $0.name)] } ?? []), call)
        return try DeviceReply(device, in: rows)
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
        try rows.record(.deleteDevice, "device \(id.value)", [AuditDetail("name", device.name.text)], call)
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

import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let rollouts: [Route] = [
    Route(.get, "/manage/rollouts", .person(.read), "All rollouts", gives: .json(RolloutList.self, "The rollouts")) {
      call in
      let items = try await call.read { rows in try rows.rollouts().map { try RolloutReply($0, in: rows) } }
      return try Reply.json(RolloutList(items: items))
    },
    Route(
      .post, "/manage/rollouts", .person(.operate), "Plan a rollout", takes: RolloutRequest.self,
      gives: .json(201, RolloutReply.self, "The rollout"),
      .problem(409, "No device can take it, or its devices have been sent a release with a higher sequence number"),
      .problem(403, "The file group trusts no key"), .problem(422, "No key that the file group trusts has signed it")
    ) { call in
      let body = try await call.body(RolloutRequest.self)
      let plan = RolloutPlan(
        name: body.name, priority: try RolloutPlan.Priority(body), start: body.start.map { Instant($0) },
        groups: Set(body.groups.map { ID($0) }), firmware: ID(body.firmware), maintainer: call.caller.name)
      let reply = try await call.write { rows in
        let rollout = try rows.plan(plan)
        try rows.requireTrust(in: rollout)
        try rows.record("rollout.plan", "rollout \(rollout.id.value)", call)
        return try RolloutReply(rollout, disables: rows.displaced(by: rollout), in: rows)
      }
      return try Reply.json(reply, status: .created)
    },
    Route(
      .get, "/manage/rollouts/{rollout}", .person(.read), "A rollout", gives: .json(RolloutReply.self, "The rollout")
    ) { call in
      let id: ID<Rollout> = try call.id("rollout", of: .rollout)
      let reply = try await call.read { rows in
        guard let rollout = try rows.rollout(id) else { throw PlatformError.notFound(.rollout) }
        return try RolloutReply(rollout, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .get, "/manage/rollouts/{rollout}/devices", .person(.read), "How far each device of a rollout is",
      query: Property.page, gives: .json(RolloutDeviceList.self, "The devices")
    ) { call in
      let id: ID<Rollout> = try call.id("rollout", of: .rollout)
      let (after, limit) = try call.page()
      let items = try await call.read { rows in
        guard try rows.rollout(id) != nil else { throw PlatformError.notFound(.rollout) }
        return try rows.records(of: id, after: ID(after), limit: limit).compactMap { device, record in
          try rows.device(device).map { RolloutDeviceReply($0, record) }
        }
      }
      return try Reply.json(RolloutDeviceList(items: items, next: items.count == limit ? items.last?.device : nil))
    },
  ]

  static let rolloutActions: [Route] = [
    action("start", "Start a rollout now") { rows, rollout, call in
      try rows.requireTrust(in: rollout)
      _ = try rows.start(rollout.id, by: call.caller.name, at: call.now)
    },
    action("pause", "Pause a rollout: no device begins or fetches") { rows, rollout, call in
      try rows.pause(rollout.id, at: call.now)
    },
    action("resume", "Continue a rollout; each failure until now is forgiven and adds a seat to the wave") {
      rows, rollout, call in try rows.resume(rollout.id, at: call.now)
    },
    action("finish", "End a rollout with what it has reached") { rows, rollout, call in
      try rows.end(rollout.id, as: .finished, at: call.now)
    },
    action("abort", "Abort a rollout") { rows, rollout, call in
      try rows.end(rollout.id, as: .aborted, at: call.now)
    },
    action("disable", "Disable a rollout, for one of its groups or for all", query: group) { rows, rollout, call in
      try rows.setDisabled(true, rollout.id, in: call.group(), at: call.now)
    },
    action("enable", "Enable a rollout, for one of its groups or for all", query: group) { rows, rollout, call in
      try rows.setDisabled(false, rollout.id, in: call.group(), at: call.now)
    },
  ]

  private static let group = [
    Property("group", .integer(1...Property.largestID), "The device group; all where not given", isRequired: false)
  ]

  private static func action(
    _ name: String, _ summary: String, query: [Property] = [],
    _ body: @escaping @Sendable (any WritablePlatformRows, Rollout, Call) throws -> Void
  ) -> Route {
    Route(
      .post, "/manage/rollouts/{rollout}/\(name)", .person(.operate), summary, query: query,
      gives: .json(RolloutReply.self, "The rollout"), .problem(409, "It is not in a phase for that"),
      .problem(403, "The file group trusts no key"), .problem(422, "No key that the file group trusts has signed it")
    ) { call in
      let id: ID<Rollout> = try call.id("rollout", of: .rollout)
      let reply = try await call.write { rows in
        guard let before = try rows.rollout(id) else { throw PlatformError.notFound(.rollout) }
        let disables = before.phase == .planned && name == "start" ? try rows.displaced(by: before) : []
        // The operator's act stands in the log before what follows from it.
        let group = try call.group()
        try rows.record(
          "rollout.\(name)", "rollout \(id.value)\(group.map { " in device group \($0.value)" } ?? "")", call)
        try body(rows, before, call)
        guard let rollout = try rows.rollout(id) else { throw PlatformError.notFound(.rollout) }
        return try RolloutReply(rollout, disables: disables, in: rows)
      }
      return try Reply.json(reply)
    }
  }
}

extension Call {
  /// The device group that the query names.
  fileprivate func group() throws -> ID<DeviceGroup>? {
    guard route.query.contains(where: { $0.name == "group" }) else { return nil }
    return try number("group", in: 1...Property.largestID).map { ID($0) }
  }
}

extension PlatformRows {
  /// Refuses a rollout of firmware that no key of its file group has signed: one may have been revoked since it was published.
  fileprivate func requireTrust(in rollout: Rollout) throws {
    do {
      try checkTrust(of: rollout.plan.firmware)
    } catch let failure as Failure {
      throw Refusal(failure)
    }
  }
}

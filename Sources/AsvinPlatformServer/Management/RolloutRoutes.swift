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
      .problem(409, "Its devices have been sent a release with a higher sequence number")
    ) { call in
      let body = try await call.body(RolloutRequest.self)
      let plan = RolloutPlan(
        name: body.name, priority: try RolloutPlan.Priority(body), start: body.start.map { Instant($0) },
        groups: Set(body.groups.map { ID($0) }), firmware: ID(body.firmware), maintainer: call.caller.name)
      let reply = try await call.write { rows in
        let rollout = try rows.plan(plan)
        try rows.record("rollout.plan", "rollout \(rollout.id.value)", call)
        return try RolloutReply(rollout, in: rows)
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
    action("start", "Start a rollout now") { rows, id, now in _ = try rows.start(id, at: now) },
    action("pause", "Let no more devices begin") { rows, id, _ in try rows.pause(id) },
    action("resume", "Let a paused rollout go on; failures until now are forgiven") { rows, id, _ in
      try rows.resume(id)
    },
    action("finish", "End a rollout with what it has reached") { rows, id, _ in try rows.end(id, as: .finished) },
    action("abort", "Give a rollout up") { rows, id, _ in try rows.end(id, as: .aborted) },
    action("disable", "Pass a rollout over") { rows, id, _ in try rows.setDisabled(true, id) },
    action("enable", "Pass a rollout over no longer") { rows, id, _ in try rows.setDisabled(false, id) },
  ]

  private static func action(
    _ name: String, _ summary: String,
    _ body: @escaping @Sendable (any WritablePlatformRows, ID<Rollout>, Instant) throws -> Void
  ) -> Route {
    Route(
      .post, "/manage/rollouts/{rollout}/\(name)", .person(.operate), summary,
      gives: .json(RolloutReply.self, "The rollout"), .problem(409, "It is not in a phase for that")
    ) { call in
      let id: ID<Rollout> = try call.id("rollout", of: .rollout)
      let now = call.now
      let reply = try await call.write { rows in
        try body(rows, id, now)
        try rows.record("rollout.\(name)", "rollout \(id.value)", call)
        guard let rollout = try rows.rollout(id) else { throw PlatformError.notFound(.rollout) }
        return try RolloutReply(rollout, in: rows)
      }
      return try Reply.json(reply)
    }
  }
}

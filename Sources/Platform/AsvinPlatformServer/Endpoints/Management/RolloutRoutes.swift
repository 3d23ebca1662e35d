import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinVerifier
import Hummingbird

extension Management {
  static let rollouts: [Route] = [
    Route(
      .get, "/manage/rollouts", .person(.read), "List the rollouts",
      query: Property.list(RolloutSort.self, Property.rolloutFilters), answers: .json(RolloutList.self, "The rollouts")
    ) { call in
      let query = try call.query
      let listing = try query.listing(RolloutFilter(query))
      return try Reply.json(try await call.read { rows in try RolloutList(rows.rollouts(listing), in: rows) })
    },
    Route(
      .post, "/manage/rollouts", .person(.operate), "Plan a rollout", body: RolloutRequest.self,
      answers: .json(201, RolloutReply.self, "The rollout"),
      .problem(
        409, "No device can use the firmware, or a release with a higher sequence number was started for its devices"),
      .problem(403, "The file group trusts no key"),
      .problem(422, "No key that the file group trusts has signed the firmware")
    ) { call in
      let body = try await call.body(RolloutRequest.self)
      let plan = try RolloutPlan(body, maintainer: call.caller.name)
      let reply = try await call.write { rows in
        let rollout = try rows.plan(plan, at: call.now)
        try rows.requireTrust(in: rollout, at: call.now)
        try rows.record(.planRollout, "rollout \(rollout.id.value)", rows.details(of: rollout), call)
        return try RolloutReply(rollout, disables: rows.displaced(by: rollout), in: rows)
      }
      return try Reply.json(reply, status: .created)
    },
    Route(
      .post, "/manage/rollout-previews", .person(.operate), "Show what a plan would do, and change nothing",
      body: RolloutRequest.self, answers: .json(RolloutReply.self, "The plan, with the id 0"),
      .problem(
        409, "No device can use the firmware, or a release with a higher sequence number was started for its devices"),
      .problem(403, "The file group trusts no key"),
      .problem(422, "No key that the file group trusts has signed the firmware")
    ) { call in
      let request = try RolloutPlan(try await call.body(RolloutRequest.self), maintainer: call.caller.name)
      let reply = try await call.read { rows in
        var plan = request
        plan.needsApproval = try plan.needsApproval || rows.settings().needsApproval
        try rows.check(plan)
        let rollout = Rollout(id: ID(0), plan: plan)
        try rows.requireTrust(in: rollout, at: call.now)
        return try RolloutReply(rollout, disables: rows.displaced(by: rollout), in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .get, "/manage/rollouts/{rollout}", .person(.read), "Show a rollout",
      answers: .json(RolloutReply.self, "The rollout")
    ) { call in
      let id: ID<Rollout> = try call.id("rollout", of: .rollout)
      let reply = try await call.read { rows in
        guard let rollout = try rows.rollout(id) else { throw PlatformError.notFound(.rollout) }
        return try RolloutReply(rollout, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .get, "/manage/rollouts/{rollout}/devices", .person(.read), "List the devices of a rollout with their states",
      query: Property.page, answers: .json(RolloutDeviceList.self, "The devices")
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

  static let rolloutFailures: [Route] = [
    Route(
      .get, "/manage/rollouts/{rollout}/failures", .person(.read), "Count the devices that failed by the reason",
      answers: .json(FailureList.self, "The reasons")
    ) { call in
      let id: ID<Rollout> = try call.id("rollout", of: .rollout)
      let reasons = try await call.read { rows in
        guard try rows.rollout(id) != nil else { throw PlatformError.notFound(.rollout) }
        return try rows.failureReasons(of: id)
      }
      let items = reasons.map { code, devices in
        FailureCount(
          reason: Int(code), reasonName: Reason(rawValue: code).map { "\($0.name)" }, devices: devices)
      }
      return try Reply.json(FailureList(items: items.sorted { ($1.devices, $0.reason) < ($0.devices, $1.reason) }))
    }
  ]

  static let rolloutActions: [Route] = [
    action("start", .startRollout, "Start a rollout now") { rows, rollout, call in
      try rows.requireTrust(in: rollout, at: call.now)
      _ = try rows.start(rollout.id, by: call.caller.name, at: call.now)
    },
    action("pause", .pauseRollout, "Pause a rollout: no device begins or fetches") { rows, rollout, call in
      try rows.pause(rollout.id, at: call.now)
    },
    action(
      "resume", .resumeRollout,
      "Resume a rollout; each failure so far is forgiven and adds a place for another device to the wave"
    ) { rows, rollout, call in try rows.resume(rollout.id, at: call.now) },
    action("finish", .finishRollout, "Finish a rollout with the devices that it has reached") { rows, rollout, call in
      try rows.end(rollout.id, as: .finished, at: call.now)
    },
    action("abort", .abortRollout, "Abort a rollout") { rows, rollout, call in
      try rows.end(rollout.id, as: .aborted, at: call.now)
    },
    action("approve", .approveRollout, "Approve a planned rollout of another token's owner") { rows, rollout, call in
      // A plan that is due starts at once. One that may not start stays a plan, so that its cause can be mended.
      try rows.requireTrust(in: rollout, at: call.now)
      try rows.checkFirmware(of: rollout)
      try rows.approve(rollout.id, by: call.person, at: call.now)
    },
    Route(
      .post, "/manage/rollouts/{rollout}/retry", .person(.operate),
      "Let devices that failed or stalled try again when the open wave has a place for them", body: RetryRequest.self,
      answers: .json(RolloutReply.self, "The rollout"), .problem(409, "The rollout has not started, or has ended")
    ) { call in
      let id: ID<Rollout> = try call.id("rollout", of: .rollout)
      let devices = try await call.body(RetryRequest.self).devices.map { $0.map { ID<Device>($0) } }
      let reply = try await call.write { rows in
        let count = try rows.retry(id, devices: devices, at: call.now)
        try rows.record(
          .retryRollout, "rollout \(id.value): \(count) devices", [AuditDetail("devices", "\(count)")], call)
        guard let rollout = try rows.rollout(id) else { throw PlatformError.notFound(.rollout) }
        return try RolloutReply(rollout, in: rows)
      }
      return try Reply.json(reply)
    },
    action("disable", .disableRollout, "Disable a rollout in one of its groups or in all", query: group) {
      rows, rollout, call in try rows.setDisabled(true, rollout.id, in: call.group(), at: call.now)
    },
    action("enable", .enableRollout, "Enable a rollout in one of its groups or in all", query: group) {
      rows, rollout, call in try rows.setDisabled(false, rollout.id, in: call.group(), at: call.now)
    },
  ]

  private static let group = [
    Property(
      "group", .integer(1...PlatformLimit.largestID), "The device group; without it, all groups of the rollout",
      isRequired: false)
  ]

  private static func action(
    _ name: String, _ action: AuditAction, _ summary: String, query: [Property] = [],
    _ body: @escaping @Sendable (any WriteTransaction, Rollout, Call) throws -> Void
  ) -> Route {
    Route(
      .post, "/manage/rollouts/{rollout}/\(name)", .person(.operate), summary, query: query,
      answers: .json(RolloutReply.self, "The rollout"),
      .problem(409, "The rollout is in a state that does not allow the action"),
      .problem(403, "The file group trusts no key"),
      .problem(422, "No key that the file group trusts has signed the firmware")
    ) { call in
      let id: ID<Rollout> = try call.id("rollout", of: .rollout)
      let reply = try await call.write { rows in
        guard let before = try rows.rollout(id) else { throw PlatformError.notFound(.rollout) }
        let disables = before.phase == .planned && action == .startRollout ? try rows.displaced(by: before) : []
        // The audit log has the operator's action before its consequences.
        let group = try call.group()
        try rows.record(
          action, "rollout \(id.value)\(group.map { " in device group \($0.value)" } ?? "")",
          rows.details(of: before), call)
        try body(rows, before, call)
        guard let rollout = try rows.rollout(id) else { throw PlatformError.notFound(.rollout) }
        return try RolloutReply(rollout, disables: disables, in: rows)
      }
      return try Reply.json(reply)
    }
  }
}

extension Call {
  fileprivate func group() throws -> ID<DeviceGroup>? {
    guard route.query.contains(where: { $0.name == "group" }) else { return nil }
    return try number("group", in: 1...PlatformLimit.largestID).map { ID($0) }
  }
}

extension ReadTransaction {
  /// Refuses a rollout of firmware that no key of its file group has signed. A key may have been revoked since the
  /// publication.
  fileprivate func requireTrust(in rollout: Rollout, at now: Instant) throws {
    do {
      try checkTrust(of: rollout.plan.firmware, at: now)
    } catch let failure as Failure {
      throw Refusal(failure)
    }
  }
}

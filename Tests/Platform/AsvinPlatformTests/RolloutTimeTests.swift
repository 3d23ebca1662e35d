import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Testing

@Suite("Time in rollouts") struct RolloutTimeTests {
  /// Starts a rollout with times of a thousand seconds each.
  private func timed(
    _ count: Int = 4, waves: [BatchRules.Wave] = [], success: Int = 100, failures: Int? = nil, deadline: Int64? = nil,
    pace: Pace = Pace(),
    endsWhenDone: Bool = true
  ) throws -> (SmallFleet, ID<Rollout>) {
    let fleet = try SmallFleet(count)
    let rules = try #require(
      BatchRules(
        waves: waves, successThreshold: success, failureThreshold: failures, endsWhenDone: endsWhenDone, pace: pace))
    let times = try #require(TimeRules(offered: 1000, downloading: 1000, installed: 1000, deadline: deadline))
    let plan = RolloutPlan(
      name: "r", batch: rules, start: nil, groups: [fleet.group], firmware: try fleet.firmware().id, maintainer: "me",
      times: times)
    let rollout = try fleet.rows.plan(plan).id
    _ = try fleet.rows.start(rollout, at: fleet.now)
    return (fleet, rollout)
  }

  private func state(_ index: Int, _ fleet: SmallFleet, _ rollout: ID<Rollout>) -> RecordState? {
    fleet.rows.record(rollout, fleet.devices[index])?.state
  }

  @Test func `A silent device in each state becomes stalled, and a rollout of silent devices finishes`() throws {
    let (fleet, rollout) = try timed()
    _ = try fleet.offered()
    try fleet.report(.begins(10), 1, rollout)
    try fleet.report(.writes, 2, rollout)
    try fleet.succeed([3], rollout)
    try fleet.rows.passTime(running: 999, at: fleet.now)
    #expect(try fleet.rollout(rollout).tally.stalled == 0)
    try fleet.rows.passTime(running: 1, at: fleet.now)
    let known = try fleet.rollout(rollout)
    #expect(known.tally.stalled == 3 && known.tally.confirmed == 1 && known.phase == .finished)
    #expect(fleet.rows.auditEntries(after: 0, limit: 99).contains { $0.action == "rollout.stall" })
  }

  @Test func `Progress starts the time of a download again`() throws {
    let (fleet, rollout) = try timed(1)
    _ = try fleet.offered()
    for percent in [10, 20, 30] as [UInt8] {
      try fleet.report(.begins(percent), 0, rollout)
      try fleet.rows.passTime(running: 900, at: fleet.now)
    }
    #expect(state(0, fleet, rollout) == .downloading)
  }

  @Test func `Stalled devices count as failures: bricked devices stop the rollout`() throws {
    let (fleet, rollout) = try timed(10, waves: [.count(4)], failures: 50)
    _ = try fleet.offered()
    for index in 0..<4 { try fleet.report(.writes, index, rollout) }
    try fleet.succeed([3], rollout)
    try fleet.rows.passTime(running: 1000, at: fleet.now)
    let known = try fleet.rollout(rollout)
    #expect(known.phase == .stopped && known.tally.stalled == 2, "it stops at two of four, and the third waits")
    try fleet.rows.resume(rollout, at: fleet.now)
    for (index, isOffered) in [(4, true), (5, true), (6, false)] {
      let device = try fleet.device(index)
      #expect(try (fleet.rows.offer(to: device, at: fleet.now) != nil) == isOffered)
    }
  }

  @Test func `A stalled device that is ignored gives its place to another one`() throws {
    let (fleet, rollout) = try timed(4, waves: [.count(1)], failures: 1, pace: Pace(stalled: .ignored))
    #expect(try fleet.offered() == [0])
    try fleet.rows.passTime(running: 1000, at: fleet.now)
    let other = try fleet.device(1)
    #expect(try fleet.rollout(rollout).phase == .running && fleet.rows.offer(to: other, at: fleet.now) != nil)
    #expect(try fleet.offered() == [1], "the device that is back waits for another place")
  }

  @Test(arguments: [DeviceRecord.Event.runs, .writes, .fails(57), .begins(50)])
  func `The late result of a stalled device counts once`(event: DeviceRecord.Event) throws {
    let (fleet, rollout) = try timed(2, endsWhenDone: false)
    _ = try fleet.offered()
    try fleet.rows.passTime(running: 1000, at: fleet.now)
    #expect(try fleet.rollout(rollout).tally.stalled == 2)
    for _ in 0..<3 { try fleet.report(event, 0, rollout) }
    let tally = try fleet.rollout(rollout).tally
    let rules = try fleet.rollout(rollout).plan.rules
    #expect(tally.stalled == 1 && tally.admitted(rules) == 2)
    #expect(tally.confirmed + tally.installed + tally.failed + tally.downloading == 1)
  }

  @Test func `A stalled device that polls again is offered the firmware in its own place`() throws {
    let (fleet, rollout) = try timed(3, waves: [.count(1)])
    #expect(try fleet.offered() == [0])
    try fleet.rows.passTime(running: 1000, at: fleet.now)
    #expect(try fleet.offered() == [0] && state(0, fleet, rollout) == .offered)
    #expect(try fleet.rollout(rollout).tally.stalled == 0)
  }

  @Test func `No time passes for devices while a rollout is paused, stopped or disabled`() throws {
    let (fleet, rollout) = try timed()
    _ = try fleet.offered()
    try fleet.rows.pause(rollout)
    try fleet.rows.passTime(running: 5000, at: fleet.now)
    try fleet.rows.resume(rollout)
    try fleet.rows.setDisabled(true, rollout)
    try fleet.rows.passTime(running: 5000, at: fleet.now)
    try fleet.rows.setDisabled(false, rollout)
    try fleet.rows.passTime(running: 999, at: fleet.now)
    #expect(try fleet.rollout(rollout).tally.offered == 4)
  }

  @Test func `A device that leaves the group and comes back has the complete time again`() throws {
    let (fleet, rollout) = try timed(4, failures: 10)
    _ = try fleet.offered()
    var device = try #require(fleet.rows.device(fleet.devices[0]))
    try fleet.rows.move(&device, to: .lobby, at: fleet.now)
    try fleet.rows.passTime(running: 900, at: fleet.now)
    for index in 1..<4 { try fleet.report(.begins(1), index, rollout) }
    try fleet.rows.passTime(running: 900, at: fleet.now)
    #expect(state(0, fleet, rollout) == .offered)
    try fleet.rows.move(&device, to: .grouped(fleet.group), at: fleet.now)
    #expect(try fleet.rollout(rollout).phase == .running)
    for index in 1..<4 { try fleet.report(.begins(2), index, rollout) }
    try fleet.rows.passTime(running: 999, at: fleet.now)
    #expect(state(0, fleet, rollout) == .offered)
    try fleet.rows.passTime(running: 1, at: fleet.now)
    #expect(state(0, fleet, rollout) == .stalled)
  }

  @Test func `A wave does not open in the step in which a time-out in it stops the rollout`() throws {
    let (fleet, rollout) = try timed(4, waves: [.count(2)], success: 50, failures: 50, pace: Pace(soak: 1000))
    _ = try fleet.offered()
    // One device of two is enough here, so that the soak time begins with it.
    try fleet.report(.writes, 1, rollout)
    try fleet.succeed([0], rollout)
    try fleet.rows.passTime(running: 1000, at: fleet.now)
    let known = try fleet.rollout(rollout)
    #expect(known.phase == .stopped && known.wave == 0, "\(known.phase) \(known.wave)")
  }

  @Test func `A clock that jumps by years ahead or back lets no device time out and opens no wave`() throws {
    let (fleet, rollout) = try timed(4, waves: [.count(1)], deadline: 100_000, pace: Pace(soak: 500))
    _ = try fleet.offered()
    try fleet.succeed([0], rollout)
    for seconds in [1_000_000_000, -2_000_000_000] as [Int64] {
      fleet.now.seconds += seconds
      #expect(try fleet.offered() == [])
      try fleet.rows.passTime(running: 15, age: 600, at: fleet.now)
      #expect(try fleet.rollout(rollout).wave == 0 && fleet.phase(rollout) == .running)
    }
  }

  @Test func `The next wave opens when its predecessor has succeeded for the soak time, and no two open at once`()
    throws
  {
    let (fleet, rollout) = try timed(4, waves: [.count(1), .count(2)], pace: Pace(soak: 500))
    _ = try fleet.offered()
    try fleet.succeed([0], rollout)
    try fleet.rows.passTime(running: 499, at: fleet.now)
    #expect(try fleet.rollout(rollout).wave == 0)
    try fleet.rows.passTime(running: 1, at: fleet.now)
    #expect(try fleet.rollout(rollout).wave == 1 && fleet.offered() == [1])
    try fleet.succeed([1], rollout)
    try fleet.rows.passTime(running: 1, at: fleet.now)
    #expect(try fleet.rollout(rollout).wave == 1)
    try fleet.rows.passTime(running: 9999, at: fleet.now)
    #expect(try fleet.rollout(rollout).wave == 2)
  }

  @Test func `A rollout expires at its deadline, also while it is paused`() throws {
    for isPaused in [false, true] {
      let (fleet, rollout) = try timed(2, deadline: 5000)
      _ = try fleet.offered()
      if isPaused { try fleet.rows.pause(rollout) }
      try fleet.rows.passTime(running: 0, age: 4999, at: fleet.now)
      #expect(try !fleet.rollout(rollout).isEnded)
      try fleet.rows.passTime(running: 0, age: 1, at: fleet.now)
      #expect(fleet.phase(rollout) == .expired)
      #expect(throws: PlatformError.over(.expired)) { try fleet.report(.begins(1), 0, rollout) }
      #expect(fleet.rows.lastAuditEntry()?.action == "rollout.expire")
    }
  }

  @Test func `A number of devices update at the same time`() throws {
    let (fleet, rollout) = try timed(5, pace: Pace(atOnce: 2))
    #expect(try fleet.offered() == [0, 1])
    try fleet.succeed([1], rollout)
    #expect(try fleet.offered() == [0, 2])
    try fleet.report(.writes, 0, rollout)
    #expect(try fleet.offered() == [2], "a device that restarts is still updating")
  }

  @Test func `Devices are admitted within the bytes a second of a rollout`() throws {
    let fleet = try SmallFleet(4)
    let rules = try #require(BatchRules(waves: [], pace: Pace(bytesPerSecond: 100)))
    let rollout = try fleet.start(rules, fleet.firmware(size: 1000))
    #expect(try fleet.offered() == [0])
    try fleet.rows.passTime(running: 9, at: fleet.now)
    #expect(try fleet.offered() == [0])
    try fleet.rows.passTime(running: 1, at: fleet.now)
    #expect(try fleet.offered() == [0, 1])
    try fleet.rows.passTime(running: 1_000_000, at: fleet.now)
    #expect(try fleet.rollout(rollout).credit == 6000, "bytes are saved for a minute")
  }

  @Test func `A rollout that waits for nothing is not written`() throws {
    let (fleet, rollout) = try timed(2, endsWhenDone: false)
    try fleet.rows.passTime(running: 15, at: fleet.now)
    #expect(try fleet.rollout(rollout).elapsed == 0)
    _ = try fleet.offered()
    try fleet.rows.passTime(running: 15, at: fleet.now)
    #expect(try fleet.rollout(rollout).elapsed == 15)
  }
}

@Suite("Devices that try again") struct RetryTests {
  @Test func `A busy device waits, gives up its place, and does not count as a failure`() throws {
    let fleet = try SmallFleet(3)
    let rollout = try fleet.start(fleet.batch([.count(1)], failures: 1))
    #expect(try fleet.offered() == [0])
    var device = try fleet.device(0)
    try fleet.rows.apply(.postpones, from: &device, about: rollout, delay: 300, at: fleet.now)
    #expect(try fleet.offered() == [1] && fleet.phase(rollout) == .running)
    try fleet.succeed([1], rollout)
    #expect(try fleet.offered() == [2])
    #expect(throws: PlatformError.held(.queued)) { try fleet.report(.begins(1), 0, rollout) }
    try fleet.rows.passTime(running: 300, at: fleet.now)
    #expect(try fleet.offered() == [0, 2])
  }

  @Test func `Chosen devices, or all that failed, wait for a place and have all of their retries`() throws {
    let fleet = try SmallFleet(4)
    let rollout = try fleet.start(fleet.batch([.count(2)], failures: 100))
    #expect(try fleet.offered() == [0, 1])
    try fleet.fail([0], rollout)
    #expect(try fleet.rows.retry(rollout, devices: [fleet.devices[0], fleet.devices[1]], at: fleet.now) == 1)
    #expect(try fleet.rollout(rollout).tally.failed == 0 && fleet.rollout(rollout).tally.queued == 1)
    #expect(try fleet.offered() == [0, 1])
    try fleet.fail([0, 1], rollout)
    #expect(try fleet.phase(rollout) == .stopped && fleet.rows.retry(rollout, at: fleet.now) == 2)
    try fleet.rows.resume(rollout, at: fleet.now)
    #expect(try fleet.offered() == [0, 1] && fleet.rollout(rollout).tally.failed == 0)
    #expect(throws: PlatformError.notFound(.device)) { try fleet.rows.retry(rollout, devices: [ID(99)], at: fleet.now) }
    try fleet.rows.end(rollout, as: .finished)
    #expect(throws: PlatformError.wrongPhase(.finished)) { try fleet.rows.retry(rollout, at: fleet.now) }
  }

  @Test func `A device that falls back is marked, is offered the firmware once more, and then counts as failed`() throws
  {
    let fleet = try SmallFleet(2)
    let rollout = try fleet.start(fleet.batch([], endsWhenDone: false))
    _ = try fleet.offered()
    for round in 1...2 {
      try fleet.succeed([0], rollout)
      var device = try fleet.device(0)
      #expect(try fleet.rows.behindSince(device) == nil)
      fleet.now.seconds += 1000
      try fleet.rows.recordContact(&device, firmwareVersion: "1.0", at: fleet.now)
      #expect(device.fellBack == fleet.now)
      #expect(try fleet.offered() == (round == 1 ? [0, 1] : [1]))
    }
    let device = try fleet.device(0)
    #expect(fleet.rows.record(rollout, device.id)?.state == .failed)
    #expect(try fleet.rows.behindSince(device) != nil)
  }

  @Test func `A device that falls back after the end of the rollout is marked, and gets no older firmware`() throws {
    let fleet = try SmallFleet(1)
    let rollout = try fleet.start(fleet.batch([]))
    _ = try fleet.offered()
    try fleet.succeed([0], rollout)
    #expect(fleet.phase(rollout) == .finished)
    var device = try fleet.device(0)
    try fleet.rows.recordContact(&device, firmwareVersion: "1.0", at: fleet.now)
    #expect(try fleet.rows.behindSince(fleet.device(0)) == fleet.now)
    #expect(try fleet.rollout(rollout).tally.confirmed == 1 && fleet.offered() == [])
    try fleet.rows.recordContact(&device, firmwareVersion: "2.1", at: fleet.now)
    #expect(try fleet.rows.behindSince(fleet.device(0)) == nil)
  }
}

@Suite("Approval of rollouts") struct ApprovalTests {
  private func approver(_ name: String, created: Int64 = 0) -> AccessToken {
    AccessToken(id: ID(1), name: name, role: .operator, digest: Digest(), created: Instant(created))
  }

  @Test func `A rollout that needs approval starts after a second person approved it`() throws {
    let fleet = try SmallFleet(1)
    let plan = RolloutPlan(
      name: "r", batch: try fleet.batch([]), start: fleet.now, groups: [fleet.group],
      firmware: try fleet.firmware().id, maintainer: "author", needsApproval: true)
    let id = try fleet.rows.plan(plan).id
    #expect(throws: PlatformError.notApproved) { try fleet.rows.start(id, at: fleet.now) }
    #expect(try fleet.rows.startDue(at: fleet.now).isEmpty && fleet.phase(id) == .planned)
    #expect(throws: PlatformError.ownApproval) { try fleet.rows.approve(id, by: approver("author"), at: fleet.now) }
    try fleet.rows.approve(id, by: approver("second"), at: fleet.now)
    #expect(try fleet.rows.startDue(at: fleet.now).map(\.id) == [id])
    #expect(throws: PlatformError.wrongPhase(.running)) {
      try fleet.rows.approve(id, by: approver("second"), at: fleet.now)
    }
  }

  @Test func `A token that was created after the plan does not approve it`() throws {
    let fleet = try SmallFleet(1)
    let plan = RolloutPlan(
      name: "r", batch: try fleet.batch([]), start: nil, groups: [fleet.group], firmware: try fleet.firmware().id,
      maintainer: "author", needsApproval: true)
    let id = try fleet.rows.plan(plan, at: Instant(100)).id
    #expect(throws: PlatformError.newApprover) {
      try fleet.rows.approve(id, by: approver("second", created: 100), at: fleet.now)
    }
    try fleet.rows.approve(id, by: approver("second", created: 99), at: fleet.now)
    _ = try fleet.rows.start(id, at: fleet.now)
  }

  @Test func `A workspace can make approval compulsory for every plan`() throws {
    let fleet = try SmallFleet(1)
    var settings = WorkspaceSettings()
    settings.needsApproval = true
    fleet.rows.put(settings)
    let plan = RolloutPlan(
      name: "r", batch: nil, start: nil, groups: [fleet.group], firmware: try fleet.firmware().id, maintainer: "author")
    let rollout = try fleet.rows.plan(plan)
    #expect(rollout.plan.needsApproval)
    #expect(throws: PlatformError.notApproved) { try fleet.rows.start(rollout.id, at: fleet.now) }
  }
}

@Suite("Limits of stalled devices") struct StalledDeviceTests {
  @Test(arguments: [(0, 1), (1, 1), (3, 3)])
  func `A stalled device that polls and never begins is offered the firmware once more, or as often as it may retry`(
    retries: Int, offers: Int
  ) throws {
    let fleet = try SmallFleet(1)
    let rules = try #require(BatchRules(waves: [], retries: retries, endsWhenDone: false))
    let times = try #require(TimeRules(offered: 100))
    let plan = RolloutPlan(
      name: "r", batch: rules, start: nil, groups: [fleet.group], firmware: try fleet.firmware().id, maintainer: "me",
      times: times)
    let rollout = try fleet.rows.plan(plan).id
    _ = try fleet.rows.start(rollout, at: fleet.now)
    #expect(try fleet.offered() == [0])
    for _ in 0..<offers {
      try fleet.rows.passTime(running: 100, at: fleet.now)
      #expect(fleet.rows.record(rollout, fleet.devices[0])?.state == .stalled)
      #expect(try fleet.offered() == [0])
    }
    try fleet.rows.passTime(running: 100, at: fleet.now)
    #expect(try fleet.offered() == [], "it has no attempt left")
    try fleet.report(.runs, 0, rollout)
    #expect(try fleet.rollout(rollout).tally.confirmed == 1, "what it runs counts at any time")
  }

  @Test func `A retry gives a stalled device all of its attempts again`() throws {
    let fleet = try SmallFleet(1)
    let rules = try #require(BatchRules(waves: [], endsWhenDone: false))
    let plan = RolloutPlan(
      name: "r", batch: rules, start: nil, groups: [fleet.group], firmware: try fleet.firmware().id, maintainer: "me",
      times: try #require(TimeRules(offered: 100)))
    let rollout = try fleet.rows.plan(plan).id
    _ = try fleet.rows.start(rollout, at: fleet.now)
    for _ in 0..<3 {
      _ = try fleet.offered()
      try fleet.rows.passTime(running: 100, at: fleet.now)
    }
    #expect(try fleet.offered() == [])
    #expect(try fleet.rows.retry(rollout, at: fleet.now) == 1)
    #expect(try fleet.offered() == [0])
  }

  @Test(arguments: [
    (TimeRules(offered: 59), "60 seconds"), (TimeRules(downloading: 1), "60 seconds"),
    (TimeRules(installed: 59), "60 seconds"), (TimeRules(deadline: 3599), "3600 seconds"),
  ])
  func `A limit that a step of the time could double is refused`(times: TimeRules?, words: String) throws {
    let fleet = try SmallFleet(1)
    let plan = RolloutPlan(
      name: "r", batch: try fleet.batch([]), start: nil, groups: [fleet.group], firmware: try fleet.firmware().id,
      maintainer: "me", times: try #require(times))
    let error = #expect(throws: PlatformError.self) { try fleet.rows.plan(plan) }
    guard case .invalid(let text) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains(words))
  }
}

@Suite("Windows") struct DailyWindowTests {
  /// Thursday, 1 January 1970, and a time of it.
  private func at(_ day: Int64, _ hour: Int64) -> Instant { Instant(day * 86_400 + hour * 3600) }

  @Test func `A window over midnight belongs to the day on which it begins`() throws {
    let window = try #require(DailyWindow(from: 22 * 60, until: 4 * 60, days: [.thu]))
    for week in [-7, 0, 7] as [Int64] {
      #expect(window.contains(at(week, 23)) && window.contains(at(week + 1, 3)))
      #expect(!window.contains(at(week, 3)) && !window.contains(at(week + 1, 23)) && !window.contains(at(week, 12)))
    }
  }

  @Test func `Every day of the week is found, before 1970 too`() throws {
    for (index, day) in Weekday.allCases.enumerated() {
      let window = try #require(DailyWindow(from: 0, until: 1439, days: [day]))
      for number in -21..<21 as Range<Int64> {
        #expect(window.contains(at(number, 12)) == ((number + 3 + 21) % 7 == Int64(index)))
      }
    }
  }

  @Test func `A window in the time of the device follows its offset from UTC`() throws {
    let utc = try #require(DailyWindow(from: 120, until: 180))
    let local = try #require(DailyWindow(from: 120, until: 180, isDeviceTime: true))
    #expect(utc.contains(at(0, 2), utcOffset: 600) && !local.contains(at(0, 2), utcOffset: 600))
    #expect(local.contains(at(0, 16), utcOffset: 600) && local.contains(at(0, 7), utcOffset: -300))
    let fleet = try SmallFleet(1)
    let rollout = try fleet.start(fleet.batch([], window: local))
    fleet.now = at(20_000, 16)
    #expect(try fleet.offered() == [])
    var device = try fleet.device(0)
    device.utcOffset = 600
    fleet.rows.put(device)
    #expect(try fleet.offered() == [0] && fleet.rollout(rollout).tally.offered == 1)
  }

  @Test func `A window without a day is refused, and the default time-outs are longer for a weekly window`() throws {
    #expect(DailyWindow(from: 0, until: 1, days: []) == nil)
    let weekly = try #require(BatchRules(waves: [], window: DailyWindow(from: 0, until: 1, days: [.sun])))
    #expect(TimeRules.standard(for: weekly).offered == 864_000)
    #expect(TimeRules.standard(for: BatchRules(waves: [])).offered == 259_200)
    #expect(TimeRules.standard(for: nil).deadline == nil)
  }
}

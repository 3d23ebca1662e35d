import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinManifest
import Testing

@Suite("The rules of rollouts") struct RolloutRuleTests {
  @Test func `A canary goes first, and each wave waits for the one before it`() throws {
    let fleet = try SmallFleet(10)
    let rollout = try fleet.start(fleet.batch([.count(1), .percent(50)]))
    #expect(try fleet.offered() == [0])
    try fleet.report(.writes, 0, rollout)
    #expect(try fleet.offered() == [], "an installation is not a confirmation")
    try fleet.report(.runs, 0, rollout)
    #expect(try fleet.offered() == [1, 2, 3, 4])
    try fleet.succeed([1, 2, 3], rollout)
    #expect(try fleet.offered() == [4])
    try fleet.succeed([4], rollout)
    #expect(try fleet.offered() == [5, 6, 7, 8, 9])
    try fleet.succeed([5, 6, 7, 8, 9], rollout)
    #expect(fleet.phase(rollout) == .finished)
  }

  @Test func `A wave opens when the success threshold of the previous one is reached`() throws {
    let fleet = try SmallFleet(10)
    let rollout = try fleet.start(fleet.batch([.count(5)], success: 60))
    #expect(try fleet.offered() == [0, 1, 2, 3, 4])
    try fleet.succeed([0, 1], rollout)
    #expect(fleet.rows.rollout(rollout)?.wave == 0)
    try fleet.succeed([2], rollout)
    #expect(fleet.rows.rollout(rollout)?.wave == 1)
  }

  @Test func `A rollout stops at its failure threshold, and resuming forgives the failures`() throws {
    let fleet = try SmallFleet(10)
    let rollout = try fleet.start(fleet.batch([.count(4)], failures: 50))
    #expect(try fleet.offered() == [0, 1, 2, 3])
    try fleet.report(.fails(57), 0, rollout)
    #expect(fleet.phase(rollout) == .running)
    try fleet.report(.fails(57), 1, rollout)
    #expect(fleet.phase(rollout) == .stopped)
    #expect(try fleet.offered() == [])
    try fleet.rows.resume(rollout)
    #expect(try fleet.offered() == [2, 3, 4, 5], "two that were offered it, and two others for those that failed")
    try fleet.report(.fails(57), 2, rollout)
    #expect(fleet.phase(rollout) == .running)
    try fleet.report(.fails(57), 3, rollout)
    #expect(fleet.phase(rollout) == .stopped)
  }

  @Test func `A wave that is blocked by a failure continues after an operator resumes it`() throws {
    let fleet = try SmallFleet(6)
    let rollout = try fleet.start(fleet.batch([.count(3)]))
    #expect(try fleet.offered() == [0, 1, 2])
    try fleet.succeed([0, 1], rollout)
    try fleet.report(.fails(57), 2, rollout)
    #expect(try fleet.offered() == [])
    try fleet.rows.pause(rollout)
    try fleet.rows.resume(rollout)
    #expect(try fleet.offered() == [3], "one place, and not the next wave")
    try fleet.succeed([3], rollout)
    #expect(try fleet.offered() == [4, 5])
  }

  @Test func `A device with the new version is confirmed without an earlier report`() throws {
    let fleet = try SmallFleet(1)
    let rollout = try fleet.start(fleet.batch([]))
    _ = try fleet.offered()
    var device = try #require(fleet.rows.device(fleet.devices[0]))
    let version = try #require(fleet.rows.rollout(rollout).flatMap { fleet.rows.firmware($0.plan.firmware)?.version })
    try fleet.rows.recordContact(&device, firmwareVersion: version, at: fleet.now)
    #expect(fleet.phase(rollout) == .finished)
  }

  @Test func `A device retries up to the limit, and its last reason is recorded`() throws {
    let fleet = try SmallFleet(1)
    let rollout = try fleet.start(fleet.batch([], retries: 2, endsWhenDone: false))
    for reason: UInt8 in [50, 51] {
      #expect(try fleet.offered() == [0])
      try fleet.report(.fails(reason), 0, rollout)
    }
    #expect(try fleet.offered() == [0])
    try fleet.report(.fails(52), 0, rollout)
    #expect(try fleet.offered() == [])
    let record = try #require(fleet.rows.record(rollout, fleet.devices[0]))
    #expect(record.state == .failed && record.failures == 3 && record.reason == 52)
  }

  @Test func `A repeated success is counted once`() throws {
    let fleet = try SmallFleet(2)
    let rollout = try fleet.start(fleet.batch([]))
    _ = try fleet.offered()
    for _ in 0..<3 { try fleet.succeed([0], rollout) }
    #expect(fleet.rows.rollout(rollout)?.tally.confirmed == 1)
    #expect(fleet.phase(rollout) == .running)
  }

  @Test func `Devices begin in the daily window, and may finish at any time`() throws {
    let fleet = try SmallFleet(2)
    let midnight = Instant(1_800_000_000 / 86_400 * 86_400)
    let rollout = try fleet.start(fleet.batch([.count(1)], window: DailyWindow(from: 22 * 60, until: 4 * 60)))
    fleet.now = Instant(midnight.seconds + 12 * 3600)
    #expect(try fleet.offered() == [])
    fleet.now = Instant(midnight.seconds + 23 * 3600)
    #expect(try fleet.offered() == [0])
    try fleet.report(.begins(0), 0, rollout)
    fleet.now = Instant(midnight.seconds + 29 * 3600)
    #expect(try fleet.offered() == [0], "the device is downloading")
    try fleet.succeed([0], rollout)
    #expect(try fleet.offered() == [])
    fleet.now = Instant(midnight.seconds + 27 * 3600)
    #expect(try fleet.offered() == [1])
  }

  @Test func `In a paused rollout no device begins or fetches, and confirmations count`() throws {
    let fleet = try SmallFleet(3)
    let rollout = try fleet.start(fleet.batch([.count(2)]))
    #expect(try fleet.offered() == [0, 1])
    try fleet.report(.begins(0), 0, rollout)
    try fleet.rows.pause(rollout)
    #expect(try fleet.offered() == [])
    #expect(throws: PlatformError.held(.paused)) { try fleet.report(.begins(50), 0, rollout) }
    #expect(throws: PlatformError.held(.paused)) { try fleet.report(.writes, 0, rollout) }
    try fleet.report(.runs, 0, rollout)
    #expect(fleet.rows.rollout(rollout)?.tally.confirmed == 1)
    try fleet.rows.resume(rollout)
    #expect(try fleet.offered() == [1])
  }

  @Test
  func `An immediate rollout is offered to all devices at once and disables the other rollouts of its groups`() throws {
    let fleet = try SmallFleet(3)
    let older = try fleet.start(fleet.batch([.count(1)]))
    #expect(try fleet.offered() == [0])
    let newer = try fleet.start(nil)
    #expect(fleet.rows.rollout(older)?.isDisabled == true)
    #expect(try fleet.offered() == [0, 1, 2])
    try fleet.succeed([0, 1, 2], newer)
    try fleet.rows.setDisabled(false, older)
    #expect(try fleet.offered() == [], "rollouts that were started earlier do not downgrade a device")
  }

  @Test func `A device that joins is admitted by the current thresholds and enlarges the waves`() throws {
    let fleet = try SmallFleet(4)
    let rollout = try fleet.start(fleet.batch([.percent(50)], endsWhenDone: false))
    #expect(try fleet.offered() == [0, 1])
    for _ in 0..<4 { try fleet.join() }
    #expect(try fleet.offered() == [0, 1, 2, 3])
    try fleet.succeed([0, 1, 2], rollout)
    #expect(fleet.rows.rollout(rollout)?.wave == 0)
    try fleet.succeed([3], rollout)
    #expect(try fleet.offered() == [4, 5, 6, 7])
    try fleet.succeed([4, 5, 6, 7], rollout)
    #expect(fleet.phase(rollout) == .running)
    try fleet.join()
    #expect(try fleet.offered() == [8])
  }

  @Test func `Going back needs a release with a higher sequence number`() throws {
    let fleet = try SmallFleet(1)
    let (first, second) = (try fleet.firmware(sequence: 5), try fleet.firmware(sequence: 6))
    let planned = try fleet.plan(nil, first)
    _ = try fleet.rows.start(fleet.plan(nil, second), at: fleet.now)
    #expect(throws: PlatformError.sequenceNotAbove(6)) { try fleet.plan(nil, first) }
    #expect(throws: PlatformError.sequenceNotAbove(6)) { try fleet.rows.start(planned, at: fleet.now) }
    _ = try fleet.plan(nil, fleet.firmware(sequence: 7))
  }

  @Test func `A rollout starts at its time, and is aborted if it may not start`() throws {
    let fleet = try SmallFleet(1)
    let later = try fleet.plan(nil, start: Instant(fleet.now.seconds + 100), fleet.firmware(sequence: 5))
    #expect(try fleet.rows.startDue(at: fleet.now).isEmpty)
    #expect(try fleet.offered() == [])
    _ = try fleet.rows.start(fleet.plan(nil, fleet.firmware(sequence: 6)), at: fleet.now)
    try fleet.rows.setDisabled(false, later)
    fleet.now.seconds += 100
    #expect(try fleet.rows.startDue(at: fleet.now).isEmpty)
    #expect(fleet.phase(later) == .aborted)
    let next = try fleet.plan(nil, start: fleet.now, fleet.firmware(sequence: 7))
    #expect(try fleet.rows.startDue(at: fleet.now).map(\.id) == [next])
    #expect(try fleet.offered() == [0])
  }

  @Test func `A device that already has the image takes no place in a wave`() throws {
    let fleet = try SmallFleet(2)
    let rollout = try fleet.start(fleet.batch([.count(1)]))
    #expect(try fleet.offered() == [0])
    var device = try #require(fleet.rows.device(fleet.devices[0]))
    try fleet.rows.markSkipped(&device, in: rollout, at: fleet.now)
    #expect(try fleet.offered() == [1])
    try fleet.succeed([1], rollout)
    #expect(fleet.phase(rollout) == .finished)
  }

  @Test func `A device that is deleted is not waited for`() throws {
    let fleet = try SmallFleet(3)
    let rollout = try fleet.start(fleet.batch([]))
    _ = try fleet.offered()
    try fleet.succeed([0, 1], rollout)
    try fleet.rows.delete(#require(fleet.rows.device(fleet.devices[2])))
    #expect(fleet.phase(rollout) == .finished)
    #expect(fleet.rows.deviceGroup(fleet.group)?.members == 2)
  }

  @Test func `A device that is cut off from its updates shows since when`() throws {
    let fleet = try SmallFleet(1)
    var device = try #require(fleet.rows.device(fleet.devices[0]))
    #expect(try fleet.rows.behindSince(device) == nil)
    let rollout = try fleet.start(fleet.batch([], endsWhenDone: false))
    let start = fleet.now
    fleet.now.seconds += 1_000_000
    #expect(try fleet.rows.behindSince(device) == start)
    _ = try fleet.offered()
    try fleet.succeed([0], rollout)
    device = try #require(fleet.rows.device(device.id))
    #expect(try fleet.rows.behindSince(device) == nil)
  }

  @Test func `Devices in the lobby, ungrouped and blacklisted devices get no offer`() throws {
    let fleet = try SmallFleet(1)
    _ = try fleet.start(nil)
    for placement: Device.Location in [.lobby, .ungrouped, .blacklisted] {
      var device = try #require(fleet.rows.device(fleet.devices[0]))
      try fleet.rows.move(&device, to: placement)
      #expect(try fleet.offered() == [])
    }
    var device = try #require(fleet.rows.device(fleet.devices[0]))
    try fleet.rows.move(&device, to: .grouped(fleet.group))
    #expect(try fleet.offered() == [0])
  }

  @Test func `Rules out of range are refused`() {
    #expect(BatchRules(waves: [.percent(101)]) == nil)
    #expect(BatchRules(waves: [.count(0)]) == nil)
    #expect(BatchRules(waves: Array(repeating: .count(1), count: 33)) == nil)
    #expect(BatchRules(waves: [], successThreshold: 0) == nil)
    #expect(BatchRules(waves: [], failureThreshold: 0) == nil)
    #expect(BatchRules(waves: [], retries: -1) == nil)
    #expect(DailyWindow(from: 5, until: 5) == nil && DailyWindow(from: 1440, until: 5) == nil)
  }
}

import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinManifest
import Testing

@Suite("Forgiven failures") struct ForgivenessTests {
  @Test func `C16: each resume admits two other devices in the same wave and never opens the next wave`() throws {
    let fleet = try SmallFleet(40)
    let rollout = try fleet.start(fleet.batch([.count(2), .count(10)], failures: 50))
    #expect(try fleet.offered() == [0, 1])
    for round in 0..<5 {
      try fleet.fail([2 * round, 2 * round + 1], rollout)
      #expect(fleet.phase(rollout) == .stopped)
      #expect(try fleet.rollout(rollout).wave == 0)
      try fleet.rows.resume(rollout)
      #expect(try fleet.offered() == [2 * round + 2, 2 * round + 3])
    }
    #expect(try fleet.rollout(rollout).tally.failed == 10)
    try fleet.succeed([10, 11], rollout)
    #expect(try fleet.rollout(rollout).wave == 1)
    #expect(try fleet.offered().count == 8)
  }

  @Test
  func `A rollout that waits because of a failure reports that, and can be resumed without a pause`() throws {
    let fleet = try SmallFleet(3)
    let rollout = try fleet.start(fleet.batch([.count(1)]))
    _ = try fleet.offered()
    #expect(try fleet.waiting(rollout) == nil)
    #expect(throws: PlatformError.wrongPhase(.running)) { try fleet.rows.resume(rollout) }
    try fleet.fail([0], rollout)
    let waiting = try #require(try fleet.waiting(rollout))
    #expect(waiting.failed == 1 && waiting.admitted == 1)
    try fleet.rows.resume(rollout)
    #expect(try fleet.waiting(rollout) == nil)
    #expect(try fleet.offered() == [1])
    #expect(throws: PlatformError.wrongPhase(.running)) { try fleet.rows.resume(rollout) }
  }

  @Test func `Resuming again without a new failure adds no place`() throws {
    let fleet = try SmallFleet(6)
    let rollout = try fleet.start(fleet.batch([.count(2)]))
    _ = try fleet.offered()
    try fleet.fail([0], rollout)
    for _ in 0..<3 {
      try fleet.rows.pause(rollout)
      try fleet.rows.resume(rollout)
    }
    #expect(try fleet.offered() == [1, 2])
  }

  @Test func `A forgiven device that leaves the group is no longer counted as forgiven`() throws {
    let fleet = try SmallFleet(8)
    let rollout = try fleet.start(fleet.batch([.count(4)], failures: 50))
    _ = try fleet.offered()
    try fleet.fail([0, 1], rollout)
    try fleet.rows.resume(rollout)
    for index in 0...1 {
      var device = try fleet.device(index)
      try fleet.rows.move(&device, to: .ungrouped)
    }
    #expect(try fleet.rollout(rollout).forgivenFailures == 0)
    #expect(try fleet.offered() == [2, 3, 4, 5])
    try fleet.fail([2, 3], rollout)
    #expect(fleet.phase(rollout) == .stopped, "two new failures of four")
    var device = try fleet.device(0)
    try fleet.rows.move(&device, to: .grouped(fleet.group))
    #expect(try fleet.rollout(rollout).forgivenFailures == 1, "it is forgiven when it returns")
  }

  @Test func `A forgiven device that later runs the firmware is a success and adds no place`() throws {
    let fleet = try SmallFleet(6)
    let rollout = try fleet.start(fleet.batch([.count(2)]))
    _ = try fleet.offered()
    try fleet.fail([0], rollout)
    try fleet.rows.resume(rollout)
    try fleet.report(.runs, 0, rollout)
    #expect(try fleet.rollout(rollout).forgivenFailures == 0)
    #expect(try fleet.offered() == [1])
    try fleet.succeed([1], rollout)
    #expect(try fleet.rollout(rollout).wave == 1)
  }

  @Test func `A rollout ends if all devices of a small group failed and are forgiven`() throws {
    let fleet = try SmallFleet(2)
    let rollout = try fleet.start(fleet.batch([.count(1)]))
    _ = try fleet.offered()
    try fleet.fail([0], rollout)
    try fleet.rows.resume(rollout)
    _ = try fleet.offered()
    try fleet.fail([1], rollout)
    #expect(fleet.phase(rollout) == .finished)
  }

  @Test func `The audit log has what a rollout does by itself: an opened wave, a stop, an end`() throws {
    let fleet = try SmallFleet(3)
    let rollout = try fleet.start(fleet.batch([.count(1)], failures: 100))
    _ = try fleet.offered()
    try fleet.succeed([0], rollout)
    _ = try fleet.offered()
    try fleet.fail([1], rollout)
    try fleet.succeed([2], rollout)
    let other = try fleet.start(fleet.batch([], failures: 1))
    _ = try fleet.offered()
    try fleet.fail([2], other)
    let actions = fleet.rows.auditEntries(after: 0, limit: 99).map(\.action)
    let enrolments = Array(repeating: "device.enrol", count: 3)
    #expect(actions == enrolments + ["rollout.wave", "rollout.finish", "rollout.stop"])
  }
}

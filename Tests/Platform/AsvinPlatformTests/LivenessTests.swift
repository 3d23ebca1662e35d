import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinManifest
import Testing

@Suite("Stopped rollouts") struct LivenessTests {
  /// Creates a fleet with a device that is downloading, and its rollout.
  private func fetching() throws -> (SmallFleet, ID<Rollout>) {
    let fleet = try SmallFleet(2)
    let rollout = try fleet.start(fleet.batch([]))
    _ = try fleet.offered()
    try fleet.report(.begins(10), 0, rollout)
    return (fleet, rollout)
  }

  private func permits(_ fleet: SmallFleet, _ rollout: ID<Rollout>) throws -> PlatformError? {
    let rollout = try fleet.rollout(rollout)
    do {
      try rollout.permit(fleet.device(0), #require(fleet.rows.firmware(rollout.plan.firmware)))
      return nil
    } catch let error as PlatformError {
      return error
    }
  }

  @Test
  func `Abort, finish, pause, disable, a move and the blacklist each stop a download with their own reason`() throws {
    let (fleet, rollout) = try fetching()
    #expect(try permits(fleet, rollout) == nil)
    try fleet.rows.pause(rollout)
    #expect(try permits(fleet, rollout) == .held(.paused))
    try fleet.rows.resume(rollout)
    try fleet.rows.setDisabled(true, rollout)
    #expect(try permits(fleet, rollout) == .held(.disabled))
    try fleet.rows.setDisabled(false, rollout)
    for (placement, hold) in [
      (Device.Location.ungrouped, PlatformError.Hold.notInGroups), (.lobby, .notInGroups),
      (.blacklisted, .blacklisted),
    ] {
      var device = try fleet.device(0)
      try fleet.rows.move(&device, to: placement)
      #expect(try permits(fleet, rollout) == .held(hold))
      try fleet.rows.move(&device, to: .grouped(fleet.group))
    }
    #expect(try permits(fleet, rollout) == nil)
    try fleet.rows.end(rollout, as: .finished)
    #expect(try permits(fleet, rollout) == .over(.finished))
    let (other, aborted) = try fetching()
    try other.rows.end(aborted, as: .aborted)
    #expect(try permits(other, aborted) == .over(.aborted))
  }

  @Test
  func `In an aborted rollout downloads and installations are refused, and confirmations are recorded and not counted`()
    throws
  {
    let (fleet, rollout) = try fetching()
    let before = try fleet.rollout(rollout).tally
    try fleet.rows.end(rollout, as: .aborted)
    #expect(throws: PlatformError.over(.aborted)) { try fleet.report(.begins(20), 0, rollout) }
    #expect(throws: PlatformError.over(.aborted)) { try fleet.report(.writes, 0, rollout) }
    try fleet.report(.runs, 0, rollout)
    #expect(fleet.rows.record(rollout, fleet.devices[0])?.state == .confirmed)
    #expect(try fleet.rollout(rollout).tally == before)
    #expect(try fleet.device(0).newestRollout == fleet.rollout(rollout).order, "older rollouts are not offered to it")
  }

  @Test func `A repeated report is accepted, even after the end of the rollout`() throws {
    let fleet = try SmallFleet(1, .legacy)
    let rollout = try fleet.start(fleet.batch([]))
    _ = try fleet.offered()
    try fleet.report(.writes, 0, rollout)
    #expect(fleet.phase(rollout) == .finished)
    try fleet.report(.writes, 0, rollout)
    #expect(fleet.rows.record(rollout, fleet.devices[0])?.state == .installed)
  }

  @Test func `A failure in a stopped rollout is counted, and resuming forgives it as well`() throws {
    let fleet = try SmallFleet(6)
    let rollout = try fleet.start(fleet.batch([.count(2)], failures: 50))
    _ = try fleet.offered()
    try fleet.fail([0, 1], rollout)
    #expect(try fleet.rollout(rollout).tally.failed == 2)
    try fleet.rows.resume(rollout)
    #expect(try fleet.offered() == [2, 3])
  }
}

@Suite("The priority immediately") struct DisplacementTests {
  @Test
  func `An immediate rollout disables another one in their common groups; the other one continues in its other groups`()
    throws
  {
    let fleet = try SmallFleet(2)
    let second = try fleet.rows.add(DeviceGroup(id: ID(0), name: "cellars")).id
    for _ in 0..<2 { try fleet.join(into: second) }
    let wide = try fleet.start(fleet.batch([]), to: [fleet.group, second])
    let urgent = try fleet.plan(nil)
    let displaced = try fleet.rows.displaced(by: fleet.rollout(urgent))
    #expect(displaced.map(\.rollout.id) == [wide] && displaced.map(\.groups) == [[fleet.group]])
    _ = try fleet.rows.start(urgent, by: "me", at: fleet.now)
    let changed = try fleet.rollout(wide)
    #expect(!changed.isDisabled && changed.disabledGroups == [fleet.group])
    #expect(try fleet.rows.members(of: changed) == 2)
    let device = try fleet.device(2)
    #expect(try fleet.rows.nextOffer(for: device, at: fleet.now)?.offer.rollout.id == wide)
    let first = try fleet.device(0)
    #expect(try fleet.rows.nextOffer(for: first, at: fleet.now)?.offer.rollout.id == urgent)
    _ = try fleet.offered()
    try fleet.succeed([2, 3], wide)
    #expect(fleet.phase(wide) == .finished)
    let entry = try #require(fleet.rows.auditEntries(after: 0, limit: 9).first { $0.action == "rollout.disable" })
    #expect(
      entry.actor == "me" && entry.subject.hasPrefix("rollout \(wide.value) in device groups \(fleet.group.value)"))
  }

  @Test
  func `An immediate rollout to all groups of another one disables it; after being enabled it continues`() throws {
    let fleet = try SmallFleet(2)
    let older = try fleet.start(fleet.batch([.count(1)]))
    _ = try fleet.offered()
    _ = try fleet.start(nil)
    #expect(try fleet.rollout(older).isDisabled && fleet.rollout(older).tally.offered == 1)
    try fleet.rows.setDisabled(false, older)
    #expect(try !fleet.rollout(older).isDisabled)
  }

  @Test
  func `Enabling a rollout leaves out the groups from which another one displaced it before, also if it is repeated`()
    throws
  {
    let fleet = try SmallFleet(1)
    let second = try fleet.rows.add(DeviceGroup(id: ID(0), name: "cellars")).id
    try fleet.join(into: second)
    let wide = try fleet.start(fleet.batch([], endsWhenDone: false), to: [fleet.group, second])
    _ = try fleet.start(nil)
    #expect(try fleet.rollout(wide).disabledGroups == [fleet.group])
    try fleet.rows.setDisabled(true, wide)
    try fleet.rows.setDisabled(false, wide)
    #expect(try fleet.rollout(wide).activeGroups == [second] && !fleet.rollout(wide).isDisabled)
    #expect(throws: PlatformError.self) { try fleet.rows.setDisabled(false, wide) }
    #expect(try fleet.rollout(wide).activeGroups == [second])
    try fleet.rows.setDisabled(false, wide, in: fleet.group)
    #expect(try fleet.rollout(wide).activeGroups == [fleet.group, second])
  }

  @Test func `A single group can be enabled, and its devices count again`() throws {
    let fleet = try SmallFleet(2)
    let second = try fleet.rows.add(DeviceGroup(id: ID(0), name: "cellars")).id
    try fleet.join(into: second)
    let wide = try fleet.start(fleet.batch([], endsWhenDone: false), to: [fleet.group, second])
    #expect(try fleet.offered() == [0, 1, 2])
    try fleet.fail([0], wide)
    try fleet.rows.setDisabled(true, wide, in: fleet.group)
    #expect(
      try fleet.rollout(wide).tally.admitted(fleet.rollout(wide).plan.rules) == 1
        && fleet.rows.members(of: fleet.rollout(wide)) == 1)
    try fleet.rows.setDisabled(false, wide, in: fleet.group)
    #expect(
      try fleet.rollout(wide).tally.admitted(fleet.rollout(wide).plan.rules) == 3
        && fleet.rollout(wide).tally.failed == 1)
    try fleet.rows.setDisabled(true, wide)
    try fleet.rows.setDisabled(false, wide, in: second)
    #expect(try fleet.rollout(wide).disabledGroups == [fleet.group])
    #expect(throws: PlatformError.notFound(.deviceGroup)) { try fleet.rows.setDisabled(true, wide, in: ID(999)) }
  }
}

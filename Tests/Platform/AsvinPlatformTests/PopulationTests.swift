import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinManifest
import Testing

@Suite("Populations") struct PopulationTests {
  @Test func `In a group of two classes, a wave of 50% is half of the suitable class`() throws {
    let fleet = try SmallFleet(4)
    for _ in 0..<4 { try fleet.join(SmallFleet.other) }
    let rollout = try fleet.start(fleet.batch([.percent(50)], endsWhenDone: true))
    #expect(try fleet.offered() == [0, 1])
    try fleet.succeed([0, 1], rollout)
    #expect(try fleet.offered() == [2, 3])
    try fleet.succeed([2], rollout)
    try fleet.fail([3], rollout)
    #expect(fleet.phase(rollout) == .finished, "devices of another class are not waited for")
    #expect(try fleet.rows.members(of: fleet.rollout(rollout)) == 4)
  }

  @Test func `Devices of another class do not dilute the failure threshold`() throws {
    let fleet = try SmallFleet(2)
    for _ in 0..<8 { try fleet.join(SmallFleet.other) }
    let rollout = try fleet.start(fleet.batch([], failures: 50))
    _ = try fleet.offered()
    try fleet.fail([0], rollout)
    #expect(fleet.phase(rollout) == .stopped)
  }

  @Test func `A plan that no device of its groups can use is refused with their number`() throws {
    let fleet = try SmallFleet(3, SmallFleet.other)
    #expect(throws: PlatformError.noDevice(3)) { try fleet.plan(nil) }
    try fleet.join()
    _ = try fleet.plan(nil)
  }

  @Test func `A plan for empty groups is accepted, because devices may join`() throws {
    let fleet = try SmallFleet(0)
    let rollout = try fleet.start(fleet.batch([], endsWhenDone: true))
    try fleet.join(SmallFleet.other)
    try fleet.join()
    #expect(try fleet.offered() == [1])
    try fleet.succeed([1], rollout)
    #expect(fleet.phase(rollout) == .finished)
  }

  @Test func `Firmware without a signature is for legacy devices only`() throws {
    let fleet = try SmallFleet(1)
    var firmware = try fleet.firmware()
    firmware.release = nil
    let added = fleet.rows.add(firmware)
    #expect(throws: PlatformError.noDevice(1)) { try fleet.plan(nil, added) }
    try fleet.join(.legacy)
    _ = try fleet.start(nil, added)
    #expect(try fleet.offered() == [1])
  }

  @Test func `A device that enrols again with another class leaves the counts of its old class`() throws {
    let fleet = try SmallFleet(2)
    let rollout = try fleet.start(fleet.batch([]))
    #expect(try fleet.offered() == [0, 1])
    try fleet.succeed([0], rollout)
    let device = try fleet.device(1)
    _ = try fleet.rows.enrol(
      Enrolment(
        name: device.name, label: nil, firmwareVersion: "1.0", deviceClass: Identifier { _ in 2 },
        key: #require(device.key)), at: fleet.now)
    #expect(fleet.phase(rollout) == .finished, "no device is waited for any more")
    #expect(try fleet.rollout(rollout).tally.offered == 0)
  }

  @Test func `An installation is a success for a legacy device and not for a device that can confirm`() throws {
    let fleet = try SmallFleet(1)
    try fleet.join(.legacy)
    let rollout = try fleet.start(fleet.batch([.count(1)]))
    #expect(try fleet.offered() == [0])
    try fleet.report(.writes, 0, rollout)
    #expect(try fleet.rollout(rollout).wave == 0)
    #expect(try fleet.waiting(rollout)?.unconfirmed == 1)
    try fleet.report(.runs, 0, rollout)
    #expect(try fleet.offered() == [1])
    try fleet.report(.writes, 1, rollout)
    #expect(fleet.phase(rollout) == .finished)
    try fleet.report(.runs, 1, rollout)
    #expect(try fleet.rollout(rollout).tally.confirmed == 2, "a later confirmation is shown")
  }

  @Test func `An ended rollout keeps its figures when devices leave and join`() throws {
    let fleet = try SmallFleet(2)
    let rollout = try fleet.start(fleet.batch([]))
    _ = try fleet.offered()
    try fleet.succeed([0, 1], rollout)
    #expect(fleet.phase(rollout) == .finished)
    for index in 0..<2 {
      var device = try fleet.device(index)
      try fleet.rows.move(&device, to: .ungrouped)
    }
    let ended = try fleet.rollout(rollout)
    #expect(try ended.tally.confirmed == 2 && fleet.rows.members(of: ended) == 2)
  }

  @Test func `A version that does not fit an ESP8266 is refused if a legacy device is in the groups`() throws {
    let fleet = try SmallFleet(1)
    var firmware = try fleet.firmware()
    firmware.version = String(repeating: "9", count: 200)
    let added = fleet.rows.add(firmware)
    _ = try fleet.plan(nil, added)
    try fleet.join(.legacy)
    #expect(throws: PlatformError.self) { try fleet.plan(nil, added) }
    firmware.version = String(repeating: "9", count: 64)
    _ = try fleet.plan(nil, fleet.rows.add(firmware))
  }

  @Test
  func
    `The reply about firmware uses at most 440 bytes of an ESP8266's document, with the longest version of a manifest`()
  {
    let used = LegacyReply.bytes(
      id: String(repeating: "9", count: 19), version: String(repeating: "9", count: 64),
      contentID: String(repeating: "Q", count: 63))
    #expect(used <= 440)
    // Measured with ArduinoJson 6.11.1 on 32 bits: the reply of the second generation with all members of the first one.
    #expect(
      LegacyReply.bytes([
        ("cid", String(repeating: "Q", count: 46)), ("id", "3"), ("md", String(repeating: "0", count: 32)),
        ("message", "Firmware with id 3 got successfully"), ("valid", nil), ("version", "1.1.0"), ("Firmware", nil),
        ("cid", String(repeating: "Q", count: 46)), ("description", ""), ("id", "3"),
        ("md", String(repeating: "0", count: 32)), ("version", "1.1.0"),
      ]) == 476)
  }
}

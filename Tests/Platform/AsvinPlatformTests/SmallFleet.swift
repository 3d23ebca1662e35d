import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Testing

/// A fleet in memory, with short calls of the rules.
final class SmallFleet {
  let rows = MemoryTransaction()
  var now = Instant(1_800_000_000)
  private(set) var devices: [ID<Device>] = []
  let group: ID<DeviceGroup>
  private let files: ID<FileGroup>
  private var sequence: UInt64 = 0

  init(_ count: Int, _ audience: Audience = SmallFleet.suited) throws {
    group = try rows.add(DeviceGroup(id: ID(0), name: "kitchens")).id
    files = try rows.add(FileGroup(id: ID(0), name: "files")).id
    for _ in 0..<count { try join(audience) }
  }

  /// The audience of the fleet's releases, and another one.
  static let suited = Audience.verifying(Identifier { _ in 1 })
  static let other = Audience.verifying(Identifier { _ in 2 })

  /// Adds a device to a group.
  func join(_ audience: Audience = SmallFleet.suited, into group: ID<DeviceGroup>? = nil) throws {
    let name = try #require(DeviceName("device \(devices.count)"))
    var device: Device
    switch audience {
    case .legacy: device = try rows.register(name, label: nil, firmwareVersion: "1.0", at: now).device
    case .verifying(let deviceClass):
      let enrolment = Enrolment(
        name: name, label: nil, firmwareVersion: "1.0", deviceClass: deviceClass,
        key: .ed25519(FixedBytes { _ in UInt8(devices.count) }))
      device = try rows.enrol(enrolment, at: now).device
    }
    try rows.move(&device, to: .grouped(group ?? self.group))
    devices.append(device.id)
  }

  func device(_ index: Int) throws -> Device { try #require(rows.device(devices[index])) }

  func firmware(sequence: UInt64? = nil, contentID: String? = nil, size: UInt64 = 1, chip: String? = nil) throws
    -> Firmware
  {
    self.sequence += 1
    let number = sequence ?? self.sequence
    let name = contentID ?? "Qm\(self.sequence)"
    let image = Firmware.Content(
      size: size, digest: Digest(), md5: FixedBytes { _ in name.utf8.last ?? 0 }, contentID: name, chip: chip)
    let release = Firmware.Release(
      digest: Digest { _ in UInt8(self.sequence) }, sequence: number, deviceClass: Identifier { _ in 1 }, envelope: [],
      bundle: Digest())
    return rows.add(
      Firmware(id: ID(0), fileGroup: files, name: "f", version: "2.\(self.sequence)", image: image, release: release))
  }

  func plan(
    _ batch: BatchRules?, start: Instant? = nil, _ firmware: Firmware? = nil,
    to groups: Set<ID<DeviceGroup>>? = nil
  ) throws -> ID<Rollout> {
    try rows.plan(
      RolloutPlan(
        name: "r", batch: batch, start: start, groups: groups ?? [group],
        firmware: (firmware ?? self.firmware()).id, maintainer: "m")
    ).id
  }

  func start(
    _ batch: BatchRules?, _ firmware: Firmware? = nil, to groups: Set<ID<DeviceGroup>>? = nil
  ) throws -> ID<Rollout> { try rows.start(plan(batch, firmware, to: groups), at: now).id }

  func batch(
    _ waves: [BatchRules.Wave], success: Int = 100, failures: Int? = nil, retries: Int = 0, window: DailyWindow? = nil,
    endsWhenDone: Bool = true
  ) throws -> BatchRules {
    try #require(
      BatchRules(
        waves: waves, successThreshold: success, failureThreshold: failures, retries: retries, window: window,
        endsWhenDone: endsWhenDone))
  }

  /// Polls with every device, and returns the numbers of those that get an offer.
  func offered() throws -> [Int] {
    try devices.indices.filter { index in
      guard let device = rows.device(devices[index]) else { return false }
      return try rows.offer(to: device, at: now) != nil
    }
  }

  func report(_ event: DeviceRecord.Event, _ index: Int, _ rollout: ID<Rollout>) throws {
    var device = try #require(rows.device(devices[index]))
    try rows.apply(event, from: &device, about: rollout, at: now)
  }

  func succeed(_ indices: [Int], _ rollout: ID<Rollout>) throws {
    for index in indices {
      try report(.writes, index, rollout)
      try report(.runs, index, rollout)
    }
  }

  func fail(_ indices: [Int], _ rollout: ID<Rollout>) throws {
    for index in indices { try report(.fails(57), index, rollout) }
  }

  func rollout(_ id: ID<Rollout>) throws -> Rollout { try #require(rows.rollout(id)) }

  /// Returns what a rollout waits for.
  func waiting(_ id: ID<Rollout>) throws -> Rollout.Waiting? {
    let rollout = try rollout(id)
    return try rollout.waiting(members: rows.members(of: rollout))
  }

  func phase(_ rollout: ID<Rollout>) -> Phase? { rows.rollout(rollout)?.phase }
}

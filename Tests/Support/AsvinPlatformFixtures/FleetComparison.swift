import AsvinFixtures
import AsvinManifest
package import AsvinPlatform
import AsvinPlatformAPI
import Testing

/// Runs random schedules on the rules and on the reference, and compares their states.
package struct FleetComparison {
  let rows: any WriteTransaction
  var reference = ReferenceFleet()
  var random: SeededGenerator
  var now = Instant(1_800_000_000)
  var devices: [ID<Device>] = []
  var groups: [ID<DeviceGroup>] = []
  var firmware: [Firmware] = []
  /// The effects of time that a schedule has had, so that a test sees that none is missing.
  package private(set) var effects: Set<Effect> = []

  package enum Effect: CaseIterable, Sendable {
    case stalls, waits, soaks, expires, fallsBack, exhaustsBudget
  }

  package init(_ rows: any WriteTransaction, seed: UInt64) throws {
    self.rows = rows
    random = SeededGenerator(seed: seed)
    let files = try rows.add(FileGroup(id: ID(0), name: "files"))
    for number in 0..<3 { groups.append(try rows.add(DeviceGroup(id: ID(0), name: "group \(number)")).id) }
    for sequence in 1...7 {
      let image = Firmware.Content(size: 500, digest: Digest(), md5: FixedBytes(), contentID: "Qm\(sequence)")
      let release = Firmware.Release(
        digest: Digest { _ in UInt8(sequence) }, sequence: UInt64(sequence),
        deviceClass: Self.classes[sequence / 5], envelope: [],
        bundle: Digest { _ in UInt8(sequence) })
      firmware.append(
        try rows.add(
          Firmware(
            id: ID(0), fileGroup: files.id, name: "blink", version: "\(sequence)", image: image,
            release: sequence == 7 ? nil : release)))
    }
  }

  private static let classes = [Identifier { _ in 1 }, Identifier { _ in 2 }]

  package mutating func step() throws {
    now.seconds += Int64.random(in: 0..<4000, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<4: try register()
    case 4..<9: try move()
    case 9..<11: try retry()
    case 11: try reclass()
    case 12..<14: try plan()
    case 14: try approve()
    case 15..<19: try start()
    case 19..<25: try operate()
    case 25..<50: try poll()
    case 50..<60: try pass()
    case 60..<64: try contact()
    case 64..<66: try disableGroup()
    default: try report()
    }
  }

  private mutating func register() throws {
    guard devices.count < 9, let name = DeviceName("device \(devices.count)") else { return }
    let device: Device
    if Int.random(in: 0..<3, using: &random) == 0 {
      device = try rows.register(name, label: nil, firmwareVersion: "0", at: now).device
    } else {
      device = try rows.enrol(enrolment(name, Int.random(in: 0...1, using: &random), version: "0"), at: now).device
    }
    devices.append(device.id)
    reference.audiences[device.id] = device.audience
    reference.versions[device.id] = "0"
  }

  private func enrolment(_ name: DeviceName, _ deviceClass: Int, version: String) -> Enrolment {
    Enrolment(
      name: name, label: nil, firmwareVersion: version, deviceClass: Self.classes[deviceClass],
      key: .ed25519(FixedBytes { _ in name.text.utf8.last ?? 0 }))
  }

  /// Enrols a verifying device again, with the same class or another one.
  private mutating func reclass() throws {
    guard let id = devices.randomElement(using: &random), let device = try rows.device(id), device.key != nil else {
      return
    }
    let enrolment = enrolment(
      device.name, Int.random(in: 0...1, using: &random), version: reference.versions[id] ?? "0")
    reference.reclass(id, .verifying(enrolment.deviceClass))
    #expect(try rows.enrol(enrolment, at: now).device.audience == reference.audiences[id])
  }

  /// Disables or enables a rollout in a group.
  private mutating func disableGroup() throws {
    guard let id = reference.journeys.keys.sorted().randomElement(using: &random),
      let group = reference.journeys[id]?.plan.groups.sorted().randomElement(using: &random)
    else { return }
    if Bool.random(using: &random) {
      reference.disable(id, in: group)
      try rows.setDisabled(true, id, in: group, at: now)
    } else {
      reference.enable(id, in: group)
      try rows.setDisabled(false, id, in: group, at: now)
    }
  }

  private mutating func move() throws {
    guard let id = devices.randomElement(using: &random), var device = try rows.device(id) else { return }
    let group = groups.randomElement(using: &random)
    let locations: [Device.Location] = [
      group.map { .grouped($0) }, group.map { .grouped($0) }, .ungrouped, .blacklisted,
    ]
    .compactMap { $0 }
    let location = locations.randomElement(using: &random) ?? .ungrouped
    try rows.move(&device, to: location)
    reference.move(id, to: device.group)
  }

  private mutating func plan() throws {
    guard reference.journeys.count < 7, let firmware = firmware.randomElement(using: &random) else { return }
    let waves: [BatchRules.Wave] = [.count(1), .percent(30), .count(3), .percent(60)]
    let chosen = waves.filter { _ in Bool.random(using: &random) }
    let rules = try #require(
      BatchRules(
        waves: chosen, successThreshold: [50, 100].randomElement(using: &random) ?? 100,
        failureThreshold: [nil, 34, 100].randomElement(using: &random) ?? nil,
        retries: Int.random(in: 0...2, using: &random),
        window: Bool.random(using: &random) ? DailyWindow(from: 1320, until: 360) : nil,
        success: Bool.random(using: &random) ? .confirmed : .installed, endsWhenDone: Bool.random(using: &random),
        pace: pace()))
    let batch = Int.random(in: 0..<6, using: &random) == 0 ? nil : rules
    let plan = RolloutPlan(
      name: "rollout", batch: batch, start: nil, groups: Set(groups.filter { _ in Bool.random(using: &random) }),
      firmware: firmware.id, maintainer: "admin", times: try times(), needsApproval: chance(1, of: 6))
    let planned = chance(1, of: 2) ? now : nil
    let isCompulsory = chance(1, of: 8)
    var settings = WorkspaceSettings()
    settings.needsApproval = isCompulsory
    try rows.put(settings)
    var journey = ReferenceFleet.Journey(plan: plan, firmware: firmware)
    (journey.planned, journey.isCompulsory) = (planned, isCompulsory)
    let isAccepted = reference.isPlan(journey)
    do {
      let rollout = try rows.plan(plan, at: planned)
      #expect(isAccepted)
      reference.journeys[rollout.id] = journey
    } catch PlatformError.noGroups, PlatformError.sequenceNotAbove, PlatformError.noDevice {
      #expect(!isAccepted)
    }
  }

  private mutating func chance(_ part: Int, of all: Int) -> Bool { Int.random(in: 0..<all, using: &random) < part }

  private mutating func pace() -> Pace {
    Pace(
      soak: chance(1, of: 2) ? 0 : 400, atOnce: chance(2, of: 3) ? nil : Int.random(in: 1...3, using: &random),
      bytesPerSecond: chance(2, of: 3) ? nil : 1, stalled: chance(1, of: 2) ? .failure : .ignored)
  }

  private mutating func times() throws -> TimeRules {
    let limits = (0..<3).map { _ in chance(1, of: 3) ? nil : Int64.random(in: 60...900, using: &random) }
    return try #require(
      TimeRules(
        offered: limits[0], downloading: limits[1], installed: limits[2], deadline: chance(1, of: 2) ? nil : 9000))
  }

  /// Lets time pass for the rollouts. The clock of the day may do anything meanwhile.
  private mutating func pass() throws {
    let (running, age) = (Int64.random(in: 0...200, using: &random), Int64.random(in: 0...400, using: &random))
    if chance(1, of: 20) { now.seconds += [-1_000_000, 1_000_000].randomElement(using: &random) ?? 0 }
    reference.pass(running: running, age: age)
    try rows.passTime(running: running, age: age, at: now)
  }

  private mutating func retry() throws {
    guard let id = reference.journeys.keys.sorted().randomElement(using: &random), let journey = reference.journeys[id]
    else { return }
    let all = journey.parts.keys.sorted()
    let chosen = chance(1, of: 2) ? all.filter { _ in Bool.random(using: &random) } : nil
    let isAccepted = reference.retry(id, chosen ?? all)
    do {
      try rows.retry(id, devices: chosen, at: now)
      #expect(isAccepted)
    } catch PlatformError.wrongPhase {
      #expect(!isAccepted)
    }
  }

  private mutating func approve() throws {
    guard let id = reference.journeys.keys.sorted().randomElement(using: &random), let journey = reference.journeys[id]
    else { return }
    let actor = chance(1, of: 3) ? "admin" : "someone"
    let created = Instant((journey.planned?.seconds ?? now.seconds) + Int64.random(in: -2...1, using: &random))
    let token = AccessToken(id: ID(9), name: actor, role: .operator, digest: Digest(), created: created)
    let isOlder = journey.planned.map { created.seconds < $0.seconds } ?? true
    do {
      try rows.approve(id, by: token, at: now)
      #expect(journey.phase == .planned && actor != "admin" && isOlder)
      reference.journeys[id]?.isApproved = true
    } catch PlatformError.wrongPhase {
      #expect(journey.phase != .planned)
    } catch PlatformError.ownApproval {
      #expect(actor == "admin")
    } catch PlatformError.newApprover {
      #expect(!isOlder)
    }
  }

  private mutating func start() throws {
    guard let id = reference.journeys.keys.sorted().randomElement(using: &random) else { return }
    let isStarted = reference.start(id)
    do {
      _ = try rows.start(id, at: now)
      #expect(isStarted)
    } catch PlatformError.wrongPhase, PlatformError.sequenceNotAbove, PlatformError.notApproved {
      #expect(!isStarted)
    }
  }

  private mutating func operate() throws {
    guard let id = reference.journeys.keys.sorted().randomElement(using: &random), var journey = reference.journeys[id]
    else {
      return
    }
    let before = journey.phase
    do {
      switch Int.random(in: 0..<8, using: &random) {
      case 0...1:
        if before == .running { journey.phase = .paused }
        try rows.pause(id)
      case 2...4:
        let figures = reference.figures(journey)
        let isBlocked = before == .running && reference.failures(journey, figures) > figures.forgiven
        let isPaused = isBlocked || before == .paused || before == .stopped
        if isPaused {
          journey.phase = .running
          journey.round += 1
        }
        try rows.resume(id)
        #expect(isPaused)
      case 5:
        if !journey.isEnded { reference.end(&journey, as: .aborted) }
        try rows.end(id, as: .aborted)
      case 6:
        if !journey.isEnded, before != .planned { reference.end(&journey, as: .finished) }
        try rows.end(id, as: .finished)
      default:
        let wasDisabled = journey.isDisabled
        if chance(3, of: 4) { journey.isDisabled.toggle() }
        let isPartial = !wasDisabled && !journey.isDisabled && !journey.disabledGroups.isEmpty
        do {
          try rows.setDisabled(journey.isDisabled, id)
          #expect(!isPartial)
        } catch PlatformError.blocked {
          #expect(isPartial)
        }
      }
    } catch PlatformError.wrongPhase {
      #expect(journey.phase == before)
      return
    }
    reference.journeys[id] = journey
    reference.review(id)
  }

  private mutating func poll() throws {
    guard let id = devices.randomElement(using: &random), let device = try rows.device(id) else { return }
    let expected = reference.poll(id, at: now)
    #expect(try rows.offer(to: device, at: now)?.rollout.id == expected)
  }

  private mutating func contact() throws {
    guard let id = devices.randomElement(using: &random), var device = try rows.device(id) else { return }
    let version = "\(Int.random(in: 0...6, using: &random))"
    let isChanged = reference.versions[id] != version
    reference.contact(id, version)
    for (rollout, journey) in reference.journeys.sorted(by: { $0.key < $1.key })
    where isChanged && journey.firmware.version == version {
      let state = journey.parts[id]?.state
      guard let state, !state.isFinal else { continue }
      let isAccepted = reference.report(.runs, id, rollout)
      #expect(isAccepted)
    }
    try rows.recordContact(&device, firmwareVersion: version, at: now)
  }

  private mutating func report() throws {
    guard let id = devices.randomElement(using: &random), var device = try rows.device(id),
      let rollout = reference.journeys.filter({ $0.value.parts[id] != nil }).keys.sorted().randomElement(using: &random)
    else { return }
    let events: [DeviceRecord.Event?] = [
      .begins(0), .begins(50), .writes, .writes, .runs, .fails(53), .fails(53), .postpones, nil,
    ]
    guard let event = events.randomElement(using: &random) else { return }
    let delay = Int64.random(in: 1...500, using: &random)
    let isAccepted = reference.report(event, id, rollout, delay: delay)
    do {
      if let event {
        try rows.apply(event, from: &device, about: rollout, delay: delay, at: now)
      } else {
        try rows.markSkipped(&device, in: rollout, at: now)
      }
      #expect(isAccepted)
    } catch PlatformError.over, PlatformError.held {
      #expect(!isAccepted)
    }
  }

  private mutating func noteEffects() {
    for journey in reference.journeys.values {
      let states = journey.parts.values.map(\.state)
      if states.contains(.stalled) { effects.insert(.stalls) }
      if states.contains(.queued) { effects.insert(.waits) }
      if journey.met != nil { effects.insert(.soaks) }
      if journey.phase == .expired { effects.insert(.expires) }
      if journey.credit < 0 { effects.insert(.exhaustsBudget) }
    }
    if !reference.fallen.isEmpty { effects.insert(.fallsBack) }
  }

  /// Compares all states.
  package mutating func compare() throws {
    noteEffects()
    for (id, journey) in reference.journeys {
      let rollout = try #require(try rows.rollout(id))
      let figures = reference.figures(journey)
      guard rollout.phase == journey.phase, rollout.wave == journey.wave, rollout.isDisabled == journey.isDisabled,
        rollout.order == journey.order, rollout.elapsed == journey.elapsed, rollout.age == journey.age,
        rollout.thresholdMet == journey.met, rollout.credit == journey.credit,
        isTally(rollout.tally, figures, of: journey), rollout.round == journey.round,
        rollout.disabledGroups == journey.disabledGroups,
        journey.isEnded || rollout.forgivenFailures == figures.forgiven,
        try rows.members(of: rollout) == figures.members
      else {
        throw Difference(
          text: """
            \(rollout), wave \(rollout.wave), order \(rollout.order), disabled \(rollout.isDisabled), \(rollout.tally)
            forgiven \(rollout.forgivenFailures), members \(try rows.members(of: rollout)), groups \(rollout.disabledGroups)
            is not \(journey.phase), wave \(journey.wave), order \(journey.order), disabled \(journey.isDisabled), \
            \(figures), \
            groups \(journey.disabledGroups)
            """)
      }
    }
    for id in devices {
      let device = try #require(try rows.device(id))
      guard device.group == reference.groups[id], device.newestRollout == reference.newest(id),
        (device.fellBack != nil) == reference.fallen.contains(id), device.firmwareVersion == reference.versions[id]
      else {
        throw Difference(
          text:
            "\(device) is not in \(String(describing: reference.groups[id])), \(reference.newest(id)), \(reference.fallen)"
        )
      }
    }
    for group in groups {
      #expect(try rows.deviceGroup(group)?.members == reference.groups.values.filter { $0 == group }.count)
    }
  }

  private func isTally(_ tally: RolloutTally, _ figures: ReferenceFleet.Figures, of journey: ReferenceFleet.Journey)
    -> Bool
  {
    let counts = [
      tally.offered, tally.downloading, tally.installed, tally.confirmed, tally.failed, tally.skipped, tally.stalled,
      tally.queued,
    ]
    return counts == RecordState.allCases.map(figures.count)
      && (journey.isEnded || tally.installedUnconfirmable == figures.installedUnconfirmable)
  }
}

package struct Difference: Error {
  let text: String
}

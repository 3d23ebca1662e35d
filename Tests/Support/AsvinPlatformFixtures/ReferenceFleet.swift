import AsvinPlatform
import AsvinPlatformAPI

/// The reference of the rules, written as simply as possible: it stores nothing that can be counted, and counts everything
/// again each time.
struct ReferenceFleet {
  struct Part {
    var state: RecordState
    var failures = 0
    var round = 0
  }

  struct Journey {
    let plan: RolloutPlan
    let firmware: Firmware
    var phase = Phase.planned
    var order: Int64 = 0
    var isDisabled = false
    var disabledGroups: Set<ID<DeviceGroup>> = []
    var wave = 0
    var round = 0
    var parts: [ID<Device>: Part] = [:]
    /// The figures that an ended rollout keeps: how many devices could use the firmware, which of them counted, and their
    /// states when it was aborted.
    var ended: (members: Int, counted: Set<ID<Device>>)?
    var givenUp: [ID<Device>: Part]?
    var rules: BatchRules { plan.rules }
    var isEnded: Bool { phase == .finished || phase == .aborted }
    var activeGroups: Set<ID<DeviceGroup>> { plan.groups.subtracting(disabledGroups) }
  }

  var groups: [ID<Device>: ID<DeviceGroup>] = [:]
  var blacklisted: Set<ID<Device>> = []
  var audiences: [ID<Device>: Audience] = [:]
  var versions: [ID<Device>: String] = [:]
  var journeys: [ID<Rollout>: Journey] = [:]
  var lastOrder: Int64 = 0

  func suits(_ firmware: Firmware, _ device: ID<Device>) -> Bool {
    switch audiences[device] {
    case .legacy: true
    case .verifying(let deviceClass): firmware.release?.deviceClass == deviceClass
    case nil: false
    }
  }

  func reached(_ journey: Journey) -> [ID<Device>] {
    groups.filter { journey.activeGroups.contains($0.value) && suits(journey.firmware, $0.key) }.map(\.key)
  }

  func members(_ journey: Journey) -> Int { journey.ended?.members ?? reached(journey).count }

  func counted(_ journey: Journey) -> [(device: ID<Device>, part: Part)] {
    let devices = journey.ended.map { Array($0.counted) } ?? reached(journey)
    let parts = journey.givenUp ?? journey.parts
    return devices.compactMap { device in parts[device].map { (device, $0) } }
  }

  /// All counts of a journey.
  struct Figures {
    var members = 0
    var states: [RecordState: Int] = [:]
    var forgiven = 0
    var installedUnconfirmable = 0

    func count(_ state: RecordState) -> Int { states[state, default: 0] }
  }

  func figures(_ journey: Journey) -> Figures {
    var figures = Figures(members: members(journey))
    for (device, part) in counted(journey) {
      figures.states[part.state, default: 0] += 1
      if part.state == .failed, part.round < journey.round { figures.forgiven += 1 }
      if part.state == .installed, audiences[device] == .legacy { figures.installedUnconfirmable += 1 }
    }
    return figures
  }

  func quota(_ journey: Journey, _ all: Int) -> Int {
    guard journey.wave < journey.rules.waves.count else { return max(1, all) }
    switch journey.rules.waves[journey.wave] {
    case .count(let number): return max(1, min(number, all))
    case .percent(let percent): return max(1, Int((Double(all * percent) / 100).rounded(.up)))
    }
  }

  mutating func review(_ id: ID<Rollout>) {
    guard var journey = journeys[id], journey.phase == .running else { return }
    defer { journeys[id] = journey }
    let now = figures(journey)
    let failed = now.count(.failed) - now.forgiven
    if let threshold = journey.rules.failureThreshold, failed >= 1,
      failed * 100 >= threshold * quota(journey, now.members)
    {
      journey.phase = .stopped
      return
    }
    let installed = journey.rules.success == .installed ? now.count(.installed) : now.installedUnconfirmable
    let successes = now.count(.confirmed) + installed
    while journey.wave < journey.rules.waves.count,
      successes * 100 >= journey.rules.successThreshold * quota(journey, now.members)
    {
      journey.wave += 1
    }
    let done = successes + now.count(.failed) + now.count(.skipped)
    if journey.rules.endsWhenDone, now.members > 0, done >= now.members { end(&journey, as: .finished) }
  }

  func end(_ journey: inout Journey, as phase: Phase) {
    let counted = counted(journey).map(\.device)
    journey.ended = (members(journey), Set(counted))
    if phase == .aborted { journey.givenUp = journey.parts }
    journey.phase = phase
  }

  func newest(_ device: ID<Device>) -> Int64 {
    journeys.values.filter { journey in
      guard let state = journey.parts[device]?.state else { return false }
      return state == .installed || state == .confirmed || state == .skipped
    }.map(\.order).max() ?? 0
  }

  mutating func poll(_ device: ID<Device>, at now: Instant) -> ID<Rollout>? {
    guard let group = groups[device] else { return nil }
    let order = journeys.filter { $0.value.order > 0 && $0.value.activeGroups.contains(group) }
      .sorted { $0.value.order > $1.value.order }
    for (id, journey) in order {
      if journey.isEnded { continue }
      if journey.order <= newest(device) { return nil }
      if journey.isDisabled || !suits(journey.firmware, device) { continue }
      let mayBegin = journey.phase == .running && (journey.rules.window.map { $0.contains(now) } ?? true)
      switch journey.parts[device]?.state {
      case .downloading: return journey.phase == .running ? id : nil
      case .offered: if mayBegin { return id }
      case .installed, .confirmed, .failed, .skipped: return nil
      case nil:
        let now = figures(journey)
        let admitted = now.states.values.reduce(0, +) - now.count(.skipped)
        guard mayBegin, admitted - now.forgiven < quota(journey, now.members) else { continue }
        journeys[id]?.parts[device] = Part(state: .offered)
        review(id)
        return id
      }
    }
    return nil
  }

  /// Whether a rollout is live for a device.
  func permits(_ journey: Journey, _ device: ID<Device>) -> Bool {
    guard let group = groups[device], journey.phase == .running, !journey.isDisabled else { return false }
    return journey.activeGroups.contains(group) && suits(journey.firmware, device)
  }

  /// - Returns: whether the event is accepted.
  mutating func report(_ event: DeviceRecord.Event?, _ device: ID<Device>, _ id: ID<Rollout>) -> Bool {
    guard let journey = journeys[id], var part = journey.parts[device] else { return true }
    let before = part.state
    let isUnfinished = before == .offered || before == .downloading || before == .failed
    switch event {
    case .begins:
      if isUnfinished, !permits(journey, device) { return false }
      if before == .offered { part.state = .downloading }
    case .writes:
      if isUnfinished, !permits(journey, device) { return false }
      if before == .offered || before == .downloading { part.state = .installed }
    case .runs: if before != .skipped { part.state = .confirmed }
    case .fails:
      if before == .offered || before == .downloading || before == .installed {
        part.failures += 1
        part.round = journey.round
        part.state = part.failures > journey.rules.retries ? .failed : .offered
      }
    case nil: if before != .confirmed { part = Part(state: .skipped) }
    }
    journeys[id]?.parts[device] = part
    review(id)
    return true
  }

  mutating func move(_ device: ID<Device>, to group: ID<DeviceGroup>?) {
    guard groups[device] != group else { return }
    groups[device] = group
    for id in journeys.keys.sorted() { review(id) }
  }

  mutating func reclass(_ device: ID<Device>, _ audience: Audience) {
    audiences[device] = audience
    for id in journeys.keys.sorted() { review(id) }
  }

  /// Whether the rules accept a plan.
  func isPlan(_ journey: Journey) -> Bool {
    guard !journey.plan.groups.isEmpty, isHighEnough(journey) else { return false }
    let isEmpty = !groups.values.contains { journey.plan.groups.contains($0) }
    return isEmpty || !reached(journey).isEmpty
  }

  mutating func start(_ id: ID<Rollout>) -> Bool {
    guard let journey = journeys[id], journey.phase == .planned, isHighEnough(journey) else { return false }
    lastOrder += 1
    journeys[id]?.phase = .running
    journeys[id]?.order = lastOrder
    guard journey.plan.priority == .immediately else { return true }
    for (other, known) in journeys where other != id && !known.isEnded && !known.isDisabled {
      let lost = known.activeGroups.intersection(journey.plan.groups)
      if lost.isEmpty { continue }
      if lost == known.activeGroups {
        journeys[other]?.isDisabled = true
      } else {
        journeys[other]?.disabledGroups.formUnion(lost)
      }
      review(other)
    }
    return true
  }

  mutating func disable(_ id: ID<Rollout>, in group: ID<DeviceGroup>) {
    guard let journey = journeys[id], !journey.isDisabled else { return }
    if journey.activeGroups == [group] {
      journeys[id]?.isDisabled = true
    } else {
      journeys[id]?.disabledGroups.insert(group)
    }
    review(id)
  }

  mutating func enable(_ id: ID<Rollout>, in group: ID<DeviceGroup>) {
    guard let journey = journeys[id] else { return }
    if journey.isDisabled { journeys[id]?.disabledGroups = journey.plan.groups }
    journeys[id]?.isDisabled = false
    journeys[id]?.disabledGroups.remove(group)
    review(id)
  }

  func isHighEnough(_ journey: Journey) -> Bool {
    guard let release = journey.firmware.release else { return true }
    return journeys.values.allSatisfy { other in
      guard other.order > 0, !other.plan.groups.isDisjoint(with: journey.plan.groups),
        let earlier = other.firmware.release, earlier.deviceClass == release.deviceClass
      else { return true }
      return earlier.sequence < release.sequence || earlier.digest == release.digest
    }
  }
}

import AsvinPlatform

/// What the rules should do, written as plainly as it can be: nothing is kept that can be counted, and everything is
/// counted anew each time.
struct ReferenceFleet {
  struct Part {
    var state: DeviceRecord.State
    var failures = 0
  }

  struct Journey {
    let plan: RolloutPlan
    let firmware: Firmware
    var phase = Rollout.Phase.planned
    var order: Int64 = 0
    var isDisabled = false
    var wave = 0
    var forgiven = 0
    var parts: [ID<Device>: Part] = [:]
    var rules: BatchRules { plan.priority.rules }
    var isEnded: Bool { phase == .finished || phase == .aborted }
  }

  var groups: [ID<Device>: ID<DeviceGroup>] = [:]
  var versions: [ID<Device>: String] = [:]
  var journeys: [ID<Rollout>: Journey] = [:]
  var lastOrder: Int64 = 0

  func members(_ journey: Journey) -> [ID<Device>] {
    groups.filter { journey.plan.groups.contains($0.value) }.map(\.key)
  }

  func count(_ journey: Journey, _ state: DeviceRecord.State) -> Int {
    members(journey).filter { journey.parts[$0]?.state == state }.count
  }

  func quota(_ journey: Journey) -> Int {
    let all = members(journey).count
    guard journey.wave < journey.rules.waves.count else { return max(1, all) }
    switch journey.rules.waves[journey.wave] {
    case .count(let number): return max(1, min(number, all))
    case .percent(let percent): return max(1, Int((Double(all * percent) / 100).rounded(.up)))
    }
  }

  func forgiven(_ journey: Journey) -> Int { min(journey.forgiven, count(journey, .failed)) }

  func successes(_ journey: Journey) -> Int {
    count(journey, .confirmed) + (journey.rules.success == .installed ? count(journey, .installed) : 0)
  }

  mutating func review(_ id: ID<Rollout>) {
    guard var journey = journeys[id], journey.phase == .running else { return }
    defer { journeys[id] = journey }
    let failed = count(journey, .failed) - journey.forgiven
    if let threshold = journey.rules.failureThreshold, failed >= 1, failed * 100 >= threshold * quota(journey) {
      journey.phase = .paused(.failures)
      return
    }
    while journey.wave < journey.rules.waves.count,
      successes(journey) * 100 >= journey.rules.successThreshold * (quota(journey) - forgiven(journey))
    {
      journey.wave += 1
    }
    let all = members(journey).count
    let done = successes(journey) + count(journey, .failed) + count(journey, .skipped)
    if journey.rules.endsWhenDone, all > 0, done >= all { journey.phase = .finished }
  }

  func newest(_ device: ID<Device>) -> Int64 {
    journeys.values.filter { journey in
      guard let state = journey.parts[device]?.state else { return false }
      return state == .installed || state == .confirmed || state == .skipped
    }.map(\.order).max() ?? 0
  }

  mutating func poll(_ device: ID<Device>, at now: Instant) -> ID<Rollout>? {
    guard let group = groups[device] else { return nil }
    let order = journeys.filter { $0.value.order > 0 && $0.value.plan.groups.contains(group) }
      .sorted { $0.value.order > $1.value.order }
    for (id, journey) in order {
      if journey.isEnded { continue }
      if journey.order <= newest(device) { return nil }
      if journey.isDisabled { continue }
      let mayBegin = journey.phase == .running && (journey.rules.window.map { $0.contains(now) } ?? true)
      switch journey.parts[device]?.state {
      case .downloading: return id
      case .offered: if mayBegin { return id }
      case .installed, .confirmed, .failed, .skipped: return nil
      case nil:
        let admitted = DeviceRecord.State.allCases.filter { $0 != .skipped }.map { count(journey, $0) }.reduce(0, +)
        guard mayBegin, admitted - forgiven(journey) < quota(journey) else { continue }
        journeys[id]?.parts[device] = Part(state: .offered)
        review(id)
        return id
      }
    }
    return nil
  }

  mutating func report(_ event: DeviceRecord.Event, _ device: ID<Device>, _ id: ID<Rollout>) {
    guard let journey = journeys[id], var part = journey.parts[device] else { return }
    let before = part.state
    switch event {
    case .begins: if before == .offered { part.state = .downloading }
    case .writes: if before == .offered || before == .downloading { part.state = .installed }
    case .runs: if before != .skipped { part.state = .confirmed }
    case .fails:
      if before == .offered || before == .downloading || before == .installed {
        part.failures += 1
        part.state = part.failures > journey.rules.retries ? .failed : .offered
      }
    }
    let isChanged = part.state != before || part.failures != journey.parts[device]?.failures
    journeys[id]?.parts[device] = part
    if isChanged, groups[device].map(journey.plan.groups.contains) ?? false { review(id) }
  }

  mutating func move(_ device: ID<Device>, to group: ID<DeviceGroup>?) {
    let old = groups[device]
    groups[device] = group
    guard old != group else { return }
    for (id, journey) in journeys.sorted(by: { $0.key < $1.key }) {
      let touches = [old, group].contains { $0.map(journey.plan.groups.contains) ?? false }
      if journey.parts[device] != nil || touches { review(id) }
    }
  }

  mutating func start(_ id: ID<Rollout>) -> Bool {
    guard let journey = journeys[id], journey.phase == .planned, isHighEnough(journey) else { return false }
    lastOrder += 1
    journeys[id]?.phase = .running
    journeys[id]?.order = lastOrder
    guard journey.plan.priority == .immediately else { return true }
    for (other, known) in journeys
    where other != id && !known.isEnded && !known.plan.groups.isDisjoint(with: journey.plan.groups) {
      journeys[other]?.isDisabled = true
    }
    return true
  }

  func isHighEnough(_ journey: Journey) -> Bool {
    guard let release = journey.firmware.release else { return true }
    return journeys.values.allSatisfy { other in
      guard other.order > 0, !other.plan.groups.isDisjoint(with: journey.plan.groups),
        let earlier = other.firmware.release
      else { return true }
      return earlier.sequence < release.sequence || earlier.digest == release.digest
    }
  }
}

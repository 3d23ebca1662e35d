import AsvinPlatform
import AsvinPlatformAPI

/// The reference of the rules, written as simply as possible: it stores nothing that can be counted, and counts everything
/// again each time.
struct ReferenceFleet {
  struct Part {
    var state: RecordState
    var failures = 0
    var round = 0
    var progress: UInt8 = 0
    var due: Int64?
    var previous = ""
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
    /// The running time, the age, the running time at which the wave reached its threshold, and the bytes left.
    var elapsed: Int64 = 0
    var age: Int64 = 0
    var met: Int64?
    var credit: Int64 = 0
    var isApproved = false
    var planned: Instant?
    var isCompulsory = false
    /// The devices that it could serve when they were last looked at.
    var served: Set<ID<Device>> = []
    /// The figures that an ended rollout keeps: how many devices could use the firmware, which of them counted, and their
    /// states when it was aborted.
    var ended: (members: Int, counted: Set<ID<Device>>)?
    var givenUp: [ID<Device>: Part]?
    var rules: BatchRules { plan.rules }
    var isEnded: Bool { phase == .finished || phase == .aborted || phase == .expired }
    var activeGroups: Set<ID<DeviceGroup>> { plan.groups.subtracting(disabledGroups) }
  }

  var groups: [ID<Device>: ID<DeviceGroup>] = [:]
  var blacklisted: Set<ID<Device>> = []
  var audiences: [ID<Device>: Audience] = [:]
  var versions: [ID<Device>: String] = [:]
  var fallen: Set<ID<Device>> = []
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
      let isFailure = part.state == .failed || part.state == .stalled && journey.rules.pace.stalled == .failure
      if isFailure, part.round < journey.round { figures.forgiven += 1 }
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

  /// The time for the state of a device begins again when the rollout can serve it again.
  private mutating func renewTimes(_ id: ID<Rollout>) {
    guard let journey = journeys[id], !journey.isEnded else { return }
    let served = Set(reached(journey))
    for device in served.subtracting(journey.served) {
      guard let part = journey.parts[device] else { continue }
      if [.offered, .downloading, .installed].contains(part.state) {
        let due = due(journey, part.state, device)
        journeys[id]?.parts[device]?.due = due
      }
    }
    journeys[id]?.served = served
  }

  mutating func review(_ id: ID<Rollout>) {
    renewTimes(id)
    guard var journey = journeys[id], journey.phase == .running else { return }
    defer { journeys[id] = journey }
    let now = figures(journey)
    let failed = failures(journey, now) - now.forgiven
    if let threshold = journey.rules.failureThreshold, failed >= 1,
      failed * 100 >= threshold * quota(journey, now.members)
    {
      journey.phase = .stopped
      return
    }
    let installed = journey.rules.success == .installed ? now.count(.installed) : now.installedUnconfirmable
    let successes = now.count(.confirmed) + installed
    while journey.wave < journey.rules.waves.count {
      let isMet = successes * 100 >= journey.rules.successThreshold * quota(journey, now.members)
      journey.met = isMet ? journey.met ?? journey.elapsed : nil
      guard let met = journey.met, journey.elapsed >= met + journey.rules.pace.soak else { break }
      journey.wave += 1
      journey.met = nil
    }
    let done = successes + now.count(.failed) + now.count(.skipped) + now.count(.stalled)
    if journey.rules.endsWhenDone, now.members > 0, done >= now.members { end(&journey, as: .finished) }
  }

  func failures(_ journey: Journey, _ figures: Figures) -> Int {
    figures.count(.failed) + (journey.rules.pace.stalled == .failure ? figures.count(.stalled) : 0)
  }

  func inFlight(_ journey: Journey) -> Int {
    counted(journey).count { device, part in
      switch part.state {
      case .offered, .downloading: true
      case .installed: journey.rules.success == .confirmed && audiences[device] != .legacy
      case .confirmed, .failed, .skipped, .stalled, .queued: false
      }
    }
  }

  /// Whether one more device may update, and whether the open wave has a place for it.
  func hasCapacity(_ journey: Journey) -> Bool {
    inFlight(journey) < journey.rules.pace.atOnce ?? .max
      && (journey.rules.pace.bytesPerSecond == nil || journey.credit >= 0)
  }

  func hasPlace(_ journey: Journey) -> Bool {
    let now = figures(journey)
    let states: [RecordState] = [.offered, .downloading, .installed, .confirmed]
    let admitted = states.reduce(0) { $0 + now.count($1) } + failures(journey, now)
    return admitted - now.forgiven < quota(journey, now.members)
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
      case .queued:
        let isDue = journey.parts[device]?.due ?? 0 <= journey.elapsed
        guard mayBegin, isDue, hasCapacity(journey), hasPlace(journey) else { return nil }
        admit(device, to: id)
        return id
      case .stalled:
        let isIn = journey.rules.pace.stalled == .failure && journey.parts[device]?.round == journey.round
        let attempts = journey.parts[device]?.failures ?? 0
        let mayReturn = attempts <= 1 || attempts <= journey.rules.retries
        guard mayBegin, mayReturn, hasCapacity(journey), isIn || hasPlace(journey) else { return nil }
        admit(device, to: id)
        return id
      case nil:
        guard mayBegin, hasCapacity(journey), hasPlace(journey) else { continue }
        admit(device, to: id)
        return id
      }
    }
    return nil
  }

  mutating func admit(_ device: ID<Device>, to id: ID<Rollout>) {
    guard var journey = journeys[id] else { return }
    var part = journey.parts[device] ?? Part(state: .offered)
    (part.state, part.progress) = (.offered, 0)
    part.previous = versions[device] ?? ""
    part.due = due(journey, .offered, device)
    journey.parts[device] = part
    if journey.rules.pace.bytesPerSecond != nil { journey.credit -= Int64(journey.firmware.image.size) }
    journeys[id] = journey
    review(id)
  }

  func due(_ journey: Journey, _ state: RecordState, _ device: ID<Device>) -> Int64? {
    let confirms = journey.rules.success == .confirmed && audiences[device] != .legacy
    let times = journey.plan.times
    let limits = [
      RecordState.offered: times.offered, .downloading: times.downloading, .installed: confirms ? times.installed : nil,
    ]
    return (limits[state] ?? nil).map { journey.elapsed + $0 }
  }

  /// Lets time pass: first for the deadline, then for the rollout, then for its devices.
  mutating func pass(running: Int64, age: Int64) {
    for id in journeys.keys.sorted() {
      guard var journey = journeys[id], journey.phase != .planned, !journey.isEnded else { continue }
      let before = journey
      if let deadline = journey.plan.times.deadline {
        journey.age += age
        if age > 0, journey.age >= deadline { end(&journey, as: .expired) }
      }
      journeys[id] = journey
      if journey.age != before.age { review(id) }
      guard let open = journeys[id], waitsForTime(open) else { continue }
      let served = Set(reached(open))
      let late = open.parts.filter { device, part in
        served.contains(device) && part.due ?? .max <= open.elapsed + running && part.state != .queued
      }
      for (device, part) in late.sorted(by: { ($0.value.due ?? 0, $0.key) < ($1.value.due ?? 0, $1.key) }) {
        guard let now = journeys[id], now.phase == .running, !now.isDisabled else { break }
        journeys[id]?.parts[device] = Part(
          state: .stalled, failures: part.failures + 1, round: now.round, previous: part.previous)
        review(id)
      }
      guard var later = journeys[id], waitsForTime(later) else { continue }
      later.elapsed += running
      if let rate = later.rules.pace.bytesPerSecond { later.credit = min(later.credit + running * rate, 60 * rate) }
      journeys[id] = later
      review(id)
    }
  }

  func waitsForTime(_ journey: Journey) -> Bool {
    guard journey.phase == .running, !journey.isDisabled else { return false }
    let times = journey.plan.times
    let isTimed = times.offered != nil || times.downloading != nil || times.installed != nil
    let isShort = journey.rules.pace.bytesPerSecond.map { journey.credit < 60 * $0 } ?? false
    return isTimed && inFlight(journey) > 0 || figures(journey).count(.queued) > 0 || journey.met != nil || isShort
  }

  /// Lets devices try again.
  mutating func retry(_ id: ID<Rollout>, _ devices: [ID<Device>]) -> Bool {
    guard let journey = journeys[id], journey.phase != .planned, !journey.isEnded else { return false }
    for device in devices {
      guard let part = journey.parts[device], part.state == .failed || part.state == .stalled else { continue }
      journeys[id]?.parts[device] = Part(state: .queued, round: part.round, previous: part.previous)
    }
    review(id)
    return true
  }

  /// Notices a device that runs an older version again.
  mutating func contact(_ device: ID<Device>, _ version: String) {
    guard versions[device] != version else { return }
    versions[device] = version
    let order = newest(device)
    guard order > 0, let (id, journey) = journeys.first(where: { $0.value.order == order }),
      let part = journey.parts[device], part.state == .confirmed || part.state == .skipped
    else { return }
    let isOlder = journey.firmware.version != version && part.previous == version
    guard isOlder != fallen.contains(device) else { return }
    if isOlder { fallen.insert(device) } else { fallen.remove(device) }
    guard isOlder, !journey.isEnded else { return }
    fail(device, id, retries: max(journey.rules.retries, 1))
    review(id)
  }

  private mutating func fail(_ device: ID<Device>, _ id: ID<Rollout>, retries: Int) {
    guard let journey = journeys[id], var part = journey.parts[device] else { return }
    part.failures += 1
    part.round = journey.round
    (part.state, part.progress) = (part.failures > retries ? .failed : .offered, 0)
    part.due = due(journey, part.state, device)
    journeys[id]?.parts[device] = part
  }

  /// Whether a rollout is live for a device.
  func permits(_ journey: Journey, _ device: ID<Device>) -> Bool {
    guard let group = groups[device], journey.phase == .running, !journey.isDisabled else { return false }
    return journey.activeGroups.contains(group) && suits(journey.firmware, device)
  }

  /// - Returns: whether the event is accepted.
  mutating func report(
    _ event: DeviceRecord.Event?, _ device: ID<Device>, _ id: ID<Rollout>, delay: Int64 = 0
  ) -> Bool {
    guard let journey = journeys[id], var part = journey.parts[device] else { return true }
    let before = part.state
    let isUnfinished = before != .installed && before != .confirmed && before != .skipped
    let isOpen = before == .offered || before == .downloading || before == .stalled
    switch event {
    case .begins(let percent):
      if isUnfinished, before == .queued || !permits(journey, device) { return false }
      if isOpen, before != .downloading || part.progress != percent {
        (part.state, part.progress) = (.downloading, percent)
        part.due = due(journey, .downloading, device)
      }
    case .writes:
      if before == .installed, journey.phase == .aborted, audiences[device] != .legacy { return false }
      if isUnfinished, before == .queued || !permits(journey, device) { return false }
      if isOpen { (part.state, part.due) = (.installed, due(journey, .installed, device)) }
    case .runs:
      if before != .skipped, before != .confirmed {
        (part.state, part.due) = (.confirmed, nil)
        versions[device] = journey.firmware.version
        fallen.remove(device)
      }
    case .fails:
      if isOpen || before == .installed {
        fail(device, id, retries: journey.rules.retries)
        review(id)
        return true
      }
    case .postpones:
      if isUnfinished, !permits(journey, device) { return false }
      if isOpen { (part.state, part.progress, part.due) = (.queued, 0, journey.elapsed + delay) }
    case .timesOut, .fallsBack: return true
    case nil:
      if before != .confirmed, before != .skipped {
        part = Part(state: .skipped)
        fallen.remove(device)
      }
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
    guard journey.isApproved || !(journey.plan.needsApproval || journey.isCompulsory) else { return false }
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

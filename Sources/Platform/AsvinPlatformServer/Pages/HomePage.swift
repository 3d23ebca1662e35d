import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import Hummingbird

extension ConsolePages {
  static let home: [PageRoute] = [.page("") { call in try await call.homePage() }]
}

extension PageCall {
  /// What needs attention, and the fleet in numbers.
  fileprivate func homePage() async throws -> Response {
    let known = try user
    let now = now
    let (figures, unverified) = try await pages.figures.figures(of: known.workspace, in: platform.store, at: now)
    let rollouts = try await openRollouts()
    let attention = try await attention(figures, unverified, rollouts)
    let devices = figures.placements.values.reduce(0, +)
    return try page(
      "home",
      [
        "attention": .list(attention), "calm": .flag(attention.isEmpty && devices > 0), "new": .flag(devices == 0),
        "numbers": .list([
          number("devices", devices, "/devices"),
          number("lobby", figures.placements[.lobby] ?? 0, "/devices?placement=lobby"),
          number("running", figures.phases[.running] ?? 0, "/rollouts"),
          number("day", figures.seen.count > 1 ? figures.seen[1] : 0, "/devices?sort=-seen"),
        ]),
        "rollouts": .list(rollouts.map { summary(of: $0) }), "has-rollouts": .flag(!rollouts.isEmpty),
        "versions": BarChart(versionBars(figures)).value(catalog),
        "phases": BarChart(
          Phase.allCases.map { phase in
            BarChart.Bar(
              name: catalog.text("phase.\(phase.rawValue)"), number: figures.phases[phase] ?? 0,
              kind: phase.rawValue)
          }
        ).value(catalog),
        "placements": BarChart(
          DevicePlacement.allCases.map { placement in
            BarChart.Bar(
              name: catalog.text("placement.\(placement.rawValue)"), number: figures.placements[placement] ?? 0,
              link: "\(ConsolePages.root)/devices?placement=\(placement.rawValue)")
          }
        ).value(catalog),
      ], section: .home)
  }

  private func number(_ key: String, _ number: Int, _ path: String) -> PageValue {
    [
      "name": .text(catalog.text("home.\(key)")), "number": .text(catalog.grouped(number)),
      "path": .text(ConsolePages.root + path),
    ]
  }

  private func versionBars(_ figures: FleetFigures) -> [BarChart.Bar] {
    var bars = figures.versions.prefix(8).map { version in
      let name = VisibleText.cleaned(version.version)
      return BarChart.Bar(
        name: name.isEmpty ? catalog.text("home.no-version") : name, number: version.devices,
        link: name.isEmpty ? nil : "\(ConsolePages.root)/devices?version=\(name.percentEncoded)")
    }
    let others = figures.otherVersions + figures.versions.dropFirst(8).reduce(0) { $0 + $1.devices }
    if others > 0 { bars.append(BarChart.Bar(name: catalog.text("home.other-versions"), number: others)) }
    return bars
  }

  /// The rollouts that have not ended, those that have started first.
  private func openRollouts() async throws -> [RolloutReply] {
    var rollouts: [RolloutReply] = []
    for phase in [Phase.stopped, .running, .paused, .planned] {
      let list: RolloutList = try await get(
        ManagementPath("/manage/rollouts").with("phase", phase.rawValue).with("sort", "-id").with("limit", "10"))
      rollouts += list.items
    }
    return rollouts
  }

  private func attention(
    _ figures: FleetFigures, _ unverified: Int, _ rollouts: [RolloutReply]
  ) async throws -> [PageValue] {
    func item(_ kind: String, _ text: String, _ path: String?) -> PageValue {
      ["kind": .text(kind), "message": .text(text), "path": PageValue(path.map { ConsolePages.root + $0 })]
    }
    var items: [PageValue] = []
    for rollout in rollouts {
      let path = "/rollouts/\(rollout.id)"
      if rollout.phase == .stopped {
        items.append(item("problem", catalog.text("attention.stopped", ["name": rollout.name]), path))
      } else if rollout.tally.stalled > 0 {
        let text = catalog.count("attention.stalled", rollout.tally.stalled)
        items.append(item("warning", "\(rollout.name): \(text)", path))
      } else if rollout.tally.failed > 0, !rollout.phase.isEnded {
        let text = catalog.count("attention.failed", rollout.tally.failed)
        items.append(item("warning", "\(rollout.name): \(text)", path))
      }
      if rollout.needsApproval ?? false, rollout.approvedBy == nil, rollout.phase == .planned {
        items.append(item("warning", catalog.text("attention.approval", ["name": rollout.name]), path))
      }
    }
    let room = try await platform.objects.room()
    if room.isReadOnly {
      items.append(item("problem", catalog.text("attention.read-only"), nil))
    } else if !room.holds(1 << 28) {
      let text = catalog.text("attention.disk", ["free": catalog.grouped(Int(clamping: room.free >> 20))])
      items.append(item("problem", text, nil))
    }
    if let lobby = figures.placements[.lobby], lobby > 0 {
      items.append(item("hint", catalog.count("attention.lobby", lobby), "/devices?placement=lobby"))
    }
    if unverified > 0 {
      items.append(item("hint", catalog.count("attention.unverified", unverified), "/devices?verifying=false"))
    }
    return items
  }

  /// A rollout in one row.
  func summary(of rollout: RolloutReply) -> PageValue {
    let done = rollout.done ?? 0
    return [
      "id": .number(rollout.id), "name": .text(rollout.name),
      "phase": .text(catalog.text("phase.\(rollout.phase.rawValue)")),
      "kind": .text(rollout.phase.rawValue), "disabled": .flag(rollout.isDisabled),
      "priority": .text(catalog.text("priority.\(rollout.priority.rawValue)")),
      "firmware": .number(rollout.firmware), "firmware-name": .text(rollout.firmwareName ?? ""),
      "version": .text(rollout.firmwareVersion ?? ""),
      "groups": .text((rollout.groupNames ?? []).joined(separator: ", ")),
      "members": .text(catalog.grouped(rollout.members)), "done": .text(catalog.grouped(done)),
      "left": .text(catalog.grouped(max(rollout.members - done, 0))),
      "failed": .text(catalog.grouped(rollout.tally.failed)), "has-failed": .flag(rollout.tally.failed > 0),
      "stalled": .text(catalog.grouped(rollout.tally.stalled)),
      "value": .number(min(done, rollout.members)), "most": .number(max(rollout.members, 1)),
      "start": PageTime.value(rollout.start), "started": PageTime.value(rollout.started),
      "maintainer": .text(rollout.maintainer), "planned": .flag(rollout.phase == .planned),
    ]
  }
}

package import AsvinPlatformAPI

/// The numbers of a workspace for its metrics.
package struct FleetFigures: Equatable, Sendable {
  /// The versions that most devices reported, the most common first.
  package var versions: [VersionCount] = []
  /// Devices with any other version.
  package var otherVersions = 0
  package var placements: [DevicePlacement: Int] = [:]
  /// The number of devices that were seen within each of ``contactSeconds``.
  package var seen: [Int] = []
  package var phases: [Phase: Int] = [:]
  /// Devices of the rollouts that have started and not ended, by their state in them.
  package var states: [RecordState: Int] = [:]

  /// The number of versions that have a number of their own, because devices can report any text.
  package static let mostVersions = 20
  /// An hour, a day, a week and 30 days.
  package static let contactSeconds: [Int64] = [3600, 86_400, 604_800, 2_592_000]

  package init() {}
}

extension ReadTransaction {
  /// The tally of a rollout; `nil` if the rollout does not exist or cannot be read. One damaged rollout does not make the
  /// numbers of all others unreadable.
  package func readableTally(of rollout: ID<Rollout>) throws -> RolloutTally? {
    do {
      return try self.rollout(rollout)?.tally
    } catch is any DamagedData {
      return nil
    }
  }

  package func figures(at now: Instant) throws -> FleetFigures {
    var figures = FleetFigures()
    let total = try count(of: DeviceFilter())
    figures.versions = try commonVersions(limit: FleetFigures.mostVersions)
    figures.otherVersions = total - figures.versions.reduce(0) { $0 + $1.devices }
    for placement in DevicePlacement.allCases {
      var filter = DeviceFilter()
      filter.placement = placement
      figures.placements[placement] = try count(of: filter)
    }
    for seconds in FleetFigures.contactSeconds {
      var filter = DeviceFilter()
      filter.seenSince = Instant(now.seconds - seconds)
      let since = Instant(now.seconds - seconds)
      figures.seen.append(try count(of: filter) + recentContacts(since: since))
    }
    figures.phases = try phases()
    for id in try startedRollouts() {
      guard let tally = try readableTally(of: id) else { continue }
      for state in RecordState.allCases { figures.states[state, default: 0] += tally.count(of: state) }
    }
    return figures
  }
}

import HTTPTypes
import AsvinPlatform
import AsvinPlatformAPI

extension FleetFigures {
  private static let contacts = ["1h", "1d", "7d", "30d"]

  /// The numbers as metrics of Prometheus.
  var metrics: String {
    var text = MetricText()
    text.gauge(
      "asvin_devices", "Devices by the version that they reported last; those with a rare version have other=\"1\".")
    for version in versions { text.add(version.devices, ["version": version.version, "other": "0"]) }
    text.add(otherVersions, ["version": "", "other": "1"])
    text.gauge("asvin_devices_placed", "Devices by their place in the fleet.")
    for placement in DevicePlacement.allCases {
      text.add(placements[placement] ?? 0, ["placement": placement.rawValue])
    }
    text.gauge("asvin_devices_seen", "Devices that were in contact within a time.")
    for (within, devices) in zip(Self.contacts, seen) { text.add(devices, ["within": within]) }
    text.gauge("asvin_rollouts", "Rollouts by phase.")
    for phase in Phase.allCases { text.add(phases[phase] ?? 0, ["phase": phase.rawValue]) }
    text.gauge("asvin_rollout_devices", "Devices in the rollouts that have not ended, by their state in them.")
    for state in RecordState.allCases { text.add(states[state] ?? 0, ["state": state.rawValue]) }
    return text.text
  }
}

extension Management {
  static let metrics: [Route] = [
    Route(
      .get, "/manage/metrics", .person(.read), "Count the devices and rollouts of the workspace for Prometheus",
      answers: .bytes(200, MetricText.mediaType, "Gauges in the text format of Prometheus")
    ) { call in
      let figures = try await call.read { [now = call.now] in try $0.figures(at: now) }
      return Reply.bytes(Array(figures.metrics.utf8), MetricText.mediaType)
    }
  ]
}

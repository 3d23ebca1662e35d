import AsvinPlatformAPI
import AsvinPrograms
import AsvinVerifier
import FoundationEssentials

/// Rollouts, a line each.
struct RolloutTable: Report {
  let rollouts: [RolloutReply]

  var lines: [String] {
    guard !rollouts.isEmpty else { return ["no rollouts"] }
    return table(
      ["ID", "NAME", "PHASE", "PRIORITY", "DEVICES", "DONE", "FAILED"],
      rollouts.map { rollout in
        [
          "\(rollout.id)", rollout.name, rollout.phaseText, rollout.priority.rawValue, "\(rollout.members)",
          "\(rollout.done ?? rollout.tally.confirmed + rollout.tally.skipped)", "\(rollout.tally.failed)",
        ]
      })
  }
}

/// A rollout, and how far its devices are.
struct RolloutView: Report {
  let rollout: RolloutReply
  let devices: [RolloutDeviceReply]

  var lines: [String] {
    let tally = rollout.tally
    var lines = [
      "rollout \(rollout.id) '\(rollout.name)' is \(rollout.phase.rawValue)\(rollout.isDisabled ? ", disabled" : "")",
      line("priority", rollout.priority.rawValue),
    ]
    if let waits = rollout.waits { lines.append(line("waits", waits)) }
    if let groups = rollout.disabledGroups {
      lines.append(line("disabled", "in device groups \(groups.map { "\($0)" }.joined(separator: ", "))"))
    }
    for displaced in rollout.disables ?? [] { lines.append(line("disables", displaced.text)) }
    if let all = rollout.inGroups, all != rollout.members {
      lines.append(line("population", "\(rollout.members) of \(all) devices can take it"))
    }
    if let batch = rollout.batch, !batch.waves.isEmpty {
      let waves = (batch.waves + ["all"]).joined(separator: ", ")
      lines.append(line("waves", "\(waves); open: \((batch.waves + ["all"])[rollout.wave])"))
    }
    if let start = rollout.start { lines.append(line("start", Date.text(start))) }
    if let started = rollout.started { lines.append(line("started", Date.text(started))) }
    lines.append(
      line(
        "devices",
        "\(rollout.members): \(tally.confirmed) confirmed, \(tally.installed) installed, \(tally.downloading) downloading, "
          + "\(tally.offered) offered, \(tally.failed) failed, \(tally.skipped) had it"))
    guard !devices.isEmpty else { return lines }
    return lines
      + table(
        ["DEVICE", "NAME", "STATE", "FAILURES", "REASON"],
        devices.map { device in
          [
            "\(device.device)", device.name,
            device.state == .downloading ? "downloading \(device.progress) %" : device.state.rawValue,
            "\(device.failures)",
            UInt8(exactly: device.reason).flatMap { Reason(rawValue: $0) }.map { "\($0.name)" } ?? "",
          ]
        })
  }
}

extension RolloutReply {
  /// Its phase, and what it waits for.
  fileprivate var phaseText: String {
    guard !isDisabled else { return "disabled" }
    return waits.map { "\(phase.rawValue), waits: \($0)" } ?? phase.rawValue
  }
}

extension DisplacedRollout {
  /// What is disabled, for a line.
  var text: String {
    "rollout \(id) '\(name)' in device groups \(groups.map { "\($0)" }.joined(separator: ", "))"
  }
}

/// Devices, a line each.
struct DeviceTable: Report {
  var devices: [DeviceReply]
  let groups: [DeviceGroupReply]

  var lines: [String] {
    guard !devices.isEmpty else { return ["no devices"] }
    return table(
      ["ID", "NAME", "LABEL", "VERSION", "PLACE", "SIGNATURES", "SEEN", "BEHIND SINCE"],
      devices.map { device in
        let group = groups.first { $0.id == device.group }?.name
        return [
          "\(device.id)", device.name, device.label, device.version, group ?? device.placement.rawValue,
          device.isVerifying ? "verified" : "unverified", Date.text(device.seen),
          device.behindSince.map { Date.text($0) } ?? "",
        ]
      })
  }

  private enum CodingKeys: CodingKey { case devices }
}

/// Columns as wide as what is in them.
private func table(_ head: [String], _ given: [[String]]) -> [String] {
  // A code is longer than the character that it stands for, and must not move the columns.
  let rows = given.map { $0.map(\.withVisibleControls) }
  let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
  return ([head] + rows).map { row in
    let cells = row.indices.map { column in
      column == row.count - 1 ? row[column] : row[column].padded(to: widths[column])
    }
    let text = cells.joined(separator: "  ")
    return String(text.reversed().drop { $0 == " " }.reversed())
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension Date {
  /// A time as people and machines read it, UTC.
  fileprivate static func text(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }
}

import AsvinPlatformAPI
import AsvinPrograms
import FoundationEssentials

/// The plan of a rollout as text that an operator can approve: what, to whom, how many at a time, and what stops it.
enum RolloutPlanText {
  static func lines(of rollout: RolloutReply) -> [String] {
    var lines = [line("firmware", firmware(rollout)), line("groups", groups(rollout))]
    lines.append(line("devices", devices(rollout)))
    lines.append(line("priority", rollout.priority.rawValue))
    if let waves = waves(rollout) { lines.append(line("waves", waves)) }
    if let batch = rollout.batch { lines += rules(batch) }
    if let times = rollout.times { lines.append(line("stalled", stalled(times, rollout))) }
    if let deadline = rollout.times?.deadline { lines.append(line("deadline", left(deadline, rollout))) }
    for displaced in rollout.disables ?? [] { lines.append(line("disables", displaced.text)) }
    if let start = rollout.start { lines.append(line("start", Date.text(start))) }
    if rollout.needsApproval ?? false {
      lines.append(line("approval", rollout.approvedBy.map { "by \($0)" } ?? "needed, by the owner of another token"))
    }
    lines.append(line("author", rollout.maintainer))
    return lines
  }

  static func firmware(_ rollout: RolloutReply) -> String {
    let version = [rollout.firmwareName, rollout.firmwareVersion].compactMap { $0 }.joined(separator: " ")
    let id = "firmware \(rollout.firmware)"
    let file = rollout.fileGroup.map { " of file group '\($0)'" } ?? ""
    return (version.isEmpty ? id : "\(version) (\(id))") + file
  }

  static func groups(_ rollout: RolloutReply) -> String {
    let names = rollout.groupNames ?? []
    return rollout.groups.enumerated().map { index, id in
      names.indices.contains(index) ? "\(names[index]) (\(id))" : "\(id)"
    }.joined(separator: ", ")
  }

  private static func devices(_ rollout: RolloutReply) -> String {
    guard let all = rollout.inGroups, all != rollout.members else { return "\(rollout.members)" }
    return "\(rollout.members) of \(all) in the groups can use the firmware"
  }

  private static func waves(_ rollout: RolloutReply) -> String? {
    guard let batch = rollout.batch, !batch.waves.isEmpty else { return nil }
    let names = batch.waves + ["all"]
    let sizes = rollout.waveSizes ?? []
    let texts = names.enumerated().map { index, name in
      sizes.indices.contains(index) && name != "\(sizes[index])" ? "\(name) = \(sizes[index])" : name
    }
    let open = rollout.started == nil ? "" : "; open: \(names[min(rollout.wave, names.count - 1)])"
    let soaked = rollout.soaked.map { "; soaked for \(duration($0))" } ?? ""
    return texts.joined(separator: ", ") + open + soaked
  }

  private static func rules(_ batch: BatchMessage) -> [String] {
    var lines: [String] = []
    if !batch.waves.isEmpty {
      let soak = (batch.soak ?? 0) > 0 ? " for \(duration(batch.soak ?? 0))" : ""
      lines.append(line("next wave", "when \(batch.successThreshold ?? 100) % of a wave have succeeded\(soak)"))
    }
    let limit = batch.failureThreshold.map { "when \($0) % of the open wave have failed" } ?? "by no number of failures"
    lines.append(line("stops", limit))
    if let retries = batch.retries, retries > 0 { lines.append(line("retries", "\(retries) for each device")) }
    if let count = batch.atOnce { lines.append(line("at once", "\(count) devices")) }
    if let rate = batch.bytesPerSecond { lines.append(line("rate", "\(rate) bytes a second on average")) }
    if let window = batch.window { lines.append(line("window", text(window))) }
    if batch.success == .installed { lines.append(line("success", "when the firmware is written")) }
    if batch.endsWhenDone == false { lines.append(line("stays open", "for devices that join later")) }
    return lines
  }

  private static func text(_ window: WindowMessage) -> String {
    let days = window.days.map { " on " + $0.map(\.rawValue).joined(separator: ", ") } ?? ""
    return "\(window.from)-\(window.until)\(days), \(window.isDeviceTime ?? false ? "the time of each device" : "UTC")"
  }

  private static func stalled(_ times: TimesMessage, _ rollout: RolloutReply) -> String {
    let limits = [("offered", times.offered), ("downloading", times.downloading), ("installed", times.installed)]
    let known = limits.compactMap { name, seconds in
      seconds.flatMap { $0 > 0 ? "\(name) for \(duration($0))" : nil }
    }
    guard !known.isEmpty else { return "never" }
    let rule = rollout.batch?.stalled == .ignored ? "ignored" : "counts as a failure"
    return "a device that is \(known.joined(separator: ", "))\(rollout.batch == nil ? "" : "; \(rule)")"
  }

  private static func left(_ deadline: Int64, _ rollout: RolloutReply) -> String {
    guard deadline > 0 else { return "none" }
    guard rollout.started != nil else { return "\(duration(deadline)) after the start" }
    return "\(duration(deadline)) after the start; \(duration(max(deadline - (rollout.age ?? 0), 0))) left"
  }

  /// A duration with its two largest units.
  static func duration(_ seconds: Int64) -> String {
    let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
    var rest = seconds
    var parts: [String] = []
    for (size, name) in units {
      if rest >= size, parts.count < 2 { parts.append("\(rest / size) \(name)") }
      rest %= size
    }
    return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
  }
}

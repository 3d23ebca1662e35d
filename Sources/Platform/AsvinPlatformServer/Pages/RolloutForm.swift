import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import FoundationEssentials
import HTTPTypes
import Hummingbird

extension PageCall {
  /// The form of a new rollout. Its defaults are careful, as those of the command line.
  func rolloutForm(_ fields: FormFields, _ problem: Refusal? = nil) async throws -> Response {
    let groups: DeviceGroupList = try await get(
      ManagementPath("/manage/device-groups").with("sort", "name").with("limit", "1000"))
    let fileGroups: FileGroupList = try await get(
      ManagementPath("/manage/file-groups").with("sort", "name").with("limit", "100"))
    let isNew = !fields.isOn("name")
    let chosen = Set(fields.numbers("group") + (query("group").flatMap { Int64($0) }.map { [$0] } ?? []))
    let firmware = fields.number("firmware") ?? query("firmware").flatMap { Int64($0) }
    var files: [PageValue] = []
    for group in fileGroups.items where group.files > 0 {
      let list: FirmwareList = try await get(
        ManagementPath("/manage/file-groups/\(group.id)/firmware").with("sort", "-id").with("limit", "50"))
      files.append([
        "id": .number(group.id), "name": .text(group.name),
        "files": .list(
          list.items.filter { $0.withdrawn == nil }.map { file in
            [
              "id": .number(file.id), "name": .text("\(file.name) \(file.version)"),
              "selected": .flag(file.id == firmware),
            ]
          }),
      ])
    }
    func value(_ name: String, _ usual: String = "") -> PageValue { .text(isNew ? usual : fields.text(name) ?? "") }
    func choice(_ name: String, _ values: [String], _ usual: String) -> PageValue {
      let chosen = fields.text(name) ?? usual
      return .fields(Dictionary(uniqueKeysWithValues: values.map { ($0, .flag($0 == chosen)) }))
    }
    var values: [String: PageValue] = [
      "name": value("name"),
      "groups": .list(
        groups.items.map { group in
          [
            "id": .number(group.id), "name": .text(group.name),
            "members": .text(catalog.count("groups.members", group.members)),
            "checked": .flag(chosen.contains(group.id)),
          ]
        }),
      "no-groups": .flag(groups.items.isEmpty), "file-groups": .list(files), "no-files": .flag(files.isEmpty),
      "priority": choice("priority", Priority.allCases.map(\.rawValue), "batch"),
      "when": choice("when", ["operator", "now", "time"], "now"), "start": value("start"),
      "waves": value("waves", "1, 10%"), "success": value("success", "100"), "failure": value("failure", "10"),
      "soak": value("soak", "10"), "retries": value("retries", "0"), "at-once": value("at-once"), "rate": value("rate"),
      "from": value("from"), "until": value("until"), "device-time": .flag(fields.isOn("device-time")),
      "days": .list(
        Weekday.allCases.map { day in
          [
            "value": .text(day.rawValue), "name": .text(catalog.text("day.\(day.rawValue)")),
            "checked": .flag(isNew || fields.texts("day").contains(day.rawValue)),
          ]
        }),
      "criterion": choice("criterion", SuccessCriterion.allCases.map(\.rawValue), "confirmed"),
      "deadline": value("deadline", "30"), "approval": .flag(fields.isOn("approval")),
      "disabled": .flag(fields.text("disabled") == "yes"),
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("rollout-new", values, section: .rollouts, status: problem?.status ?? .ok)
  }

  /// Shows what a plan would do, and saves it when the user agrees.
  func planRollout(_ fields: FormFields) async throws -> Response {
    do {
      let request = try rolloutRequest(fields)
      guard fields.isOn("confirmed") else {
        if fields.isOn("change") { return try await rolloutForm(fields) }
        let preview = try await send(.post, "/manage/rollout-previews", request, as: RolloutReply.self)
        return try await show(preview, fields)
      }
      let rollout = try await send(.post, "/manage/rollouts", request, as: RolloutReply.self)
      return try await begin(rollout, fields)
    } catch let refusal as Refusal {
      return try await rolloutForm(fields, refusal)
    }
  }

  /// Disables or starts a planned rollout as the form wants. If that is refused, the plan exists, and its page states why.
  private func begin(_ rollout: RolloutReply, _ fields: FormFields) async throws -> Response {
    let path = "/manage/rollouts/\(rollout.id)"
    do {
      if fields.text("disabled") == "yes" {
        _ = try await send(.post, "\(path)/disable", as: RolloutReply.self)
      }
      guard fields.text("when") == "now", !(rollout.needsApproval ?? false) else {
        return redirect(to: "/rollouts/\(rollout.id)", done: "rollout-planned")
      }
      _ = try await send(.post, "\(path)/start", as: RolloutReply.self)
      return redirect(to: "/rollouts/\(rollout.id)", done: "rollout-started")
    } catch let refusal as Refusal {
      return try await rolloutPage(rollout.id, refusal)
    }
  }

  private func show(_ preview: RolloutReply, _ fields: FormFields) async throws -> Response {
    let rest = fields.pairs(without: ["form", "confirmed", "change"])
    var last = 0
    let waves: [PageValue] = (preview.waveSizes ?? [preview.members]).enumerated().map { index, size in
      defer { last = size }
      return [
        "number": .number(index + 1), "devices": .text(catalog.count("groups.members", max(size - last, 0))),
        "sum": .text(catalog.grouped(size)),
      ]
    }
    let batch = preview.batch
    return try page(
      "rollout-preview",
      [
        "plan": summary(of: preview), "waves": .list(waves), "rules": .list(rules(of: preview)),
        "fields": .list(rest.map { ["name": .text($0.name), "value": .text($0.value)] }),
        "disables": .list(
          (preview.disables ?? []).map { ["id": .number($0.id), "name": .text($0.name)] }),
        "has-disables": .flag(!(preview.disables ?? []).isEmpty),
        "stops": batch.map { batch in
          .text(
            batch.failureThreshold.map { catalog.text("preview.stops", ["percent": "\($0)"]) }
              ?? catalog.text("preview.never-stops"))
        } ?? .text(catalog.text("preview.never-stops")),
        "soak": batch.flatMap(\.soak).map {
          .text(catalog.text("preview.soak", ["minutes": catalog.grouped(Int($0 / 60))]))
        } ?? false,
        "when": .text(catalog.text("preview.\(fields.text("when") ?? "operator")")),
        "start": PageTime.value(preview.start),
        "approval": .flag(preview.needsApproval ?? false),
      ], section: .rollouts)
  }

  private func rolloutRequest(_ fields: FormFields) throws -> RolloutRequest {
    let priority = fields.text("priority").flatMap { Priority(rawValue: $0) } ?? .batch
    guard let firmware = fields.number("firmware") else { throw Refusal.malformed(catalog.text("problem.no-file")) }
    let groups = fields.numbers("group")
    guard !groups.isEmpty else { throw Refusal(PlatformError.noGroups) }
    guard let name = fields.text("name") else { throw Refusal.malformed(catalog.text("problem.no-name")) }
    var request = RolloutRequest(name: name, firmware: firmware, groups: groups, priority: priority)
    if fields.text("when") == "time" {
      guard let start = try startTime(fields) else { throw Refusal.malformed(catalog.text("problem.start")) }
      request.start = start
    }
    if fields.isOn("approval") { request.needsApproval = true }
    if let days = try number(fields, "deadline", 0...366) { request.times = TimesMessage(deadline: days * 86_400) }
    guard priority == .batch else { return request }
    let waves = (fields.text("waves") ?? "").split { $0 == "," || $0 == ";" }.map { $0.filter { $0 != " " } }
    var batch = BatchMessage(waves: waves)
    batch.successThreshold = try number(fields, "success", 1...100).map { Int($0) }
    batch.failureThreshold = try number(fields, "failure", 1...100).map { Int($0) }
    batch.retries = try number(fields, "retries", 0...100).map { Int($0) }
    batch.soak = try number(fields, "soak", 0...527_040).map { $0 * 60 }
    batch.atOnce = try number(fields, "at-once", 1...1_000_000_000).map { Int($0) }
    batch.bytesPerSecond = try number(fields, "rate", 1...1_073_741_824).map { $0 * 1024 }
    batch.success = fields.text("criterion").flatMap { SuccessCriterion(rawValue: $0) }
    guard (fields.text("from") == nil) == (fields.text("until") == nil) else {
      throw Refusal.malformed(catalog.text("problem.window"))
    }
    if let from = fields.text("from"), let until = fields.text("until") {
      var window = WindowMessage(from: from, until: until)
      let days = fields.texts("day").compactMap { Weekday(rawValue: $0) }
      if days.count < 7 { window.days = days }
      if fields.isOn("device-time") { window.isDeviceTime = true }
      batch.window = window
    }
    request.batch = batch
    return request
  }

  /// Reads a number that may be absent.
  private func number(_ fields: FormFields, _ name: String, _ range: ClosedRange<Int64>) throws -> Int64? {
    guard let text = fields.text(name) else { return nil }
    guard let number = Int64(text), range.contains(number) else {
      throw Refusal.malformed(
        catalog.text(
          "problem.number",
          [
            "name": catalog.text("plan.\(name)"), "first": "\(range.lowerBound)",
            "last": catalog.grouped(Int(range.upperBound)),
          ]))
    }
    return number
  }

  /// Reads a local time in the zone that the script states, or in UTC without it.
  private func startTime(_ fields: FormFields) throws -> Int64? {
    guard let text = fields.text("start") else { return nil }
    let minutes = fields.number("zone") ?? 0
    guard (-1440...1440).contains(minutes),
      // The text of a field for a time has no seconds unless the user gives them.
      let date = try? Date("\(text.utf8.count == 16 ? "\(text):00" : text)Z", strategy: .iso8601)  // nil is refused
    else { return nil }
    return Int64(date.timeIntervalSince1970) - minutes * 60
  }
}

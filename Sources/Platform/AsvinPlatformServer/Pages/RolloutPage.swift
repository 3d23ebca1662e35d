import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

extension PageCall {
  func rolloutPage(_ id: Int64, _ problem: Refusal? = nil) async throws -> Response {
    let rollout: RolloutReply = try await get(ManagementPath("/manage/rollouts/\(id)"))
    let devices: RolloutDeviceList = try await get(
      ManagementPath("/manage/rollouts/\(id)/devices").with("limit", "50").with("after", query("after")))
    let failures: FailureList = try await get(ManagementPath("/manage/rollouts/\(id)/failures"))
    var values: [String: PageValue] = [
      "id": .number(id), "id-of-rollout": .number(id), "name": .text(rollout.name), "plan": summary(of: rollout),
      "tally": BarChart(
        RecordState.allCases.map { state in
          BarChart.Bar(
            name: catalog.text("state.\(state.rawValue)"), number: rollout.tally.count(of: state), kind: state.rawValue)
        }
      ).value(catalog),
      "waves": .list(waves(of: rollout)), "has-waves": .flag(rollout.batch != nil),
      "waits": PageValue(rollout.waits),
      "groups": .list(
        zip(rollout.groups, rollout.groupNames ?? rollout.groups.map { "\($0)" }).map { group, name in
          [
            "id": .number(group), "name": .text(name),
            "disabled": .flag(rollout.isDisabled || rollout.disabledGroups?.contains(group) ?? false),
            "displaced": .flag(
              !rollout.isDisabled && !rollout.phase.isEnded && rollout.disabledGroups?.contains(group) ?? false),
          ]
        }),
      "rules": .list(rules(of: rollout)),
      "failures": .list(
        failures.items.map { item in
          [
            "devices": .text(catalog.count("groups.members", item.devices)),
            "reason": reason(item.reason, item.reasonName),
            "next": .text(
              catalog.texts["next.\(item.reasonName ?? "")"] ?? catalog.text("next.other")),
          ]
        }),
      "has-failures": .flag(!failures.items.isEmpty),
      "devices": .list(
        devices.items.map { device in
          [
            "id": .number(device.device), "name": .text(device.name),
            "state": .text(catalog.text("state.\(device.state.rawValue)")), "kind": .text(device.state.rawValue),
            "progress": .text(device.state == .downloading ? "\(device.progress) %" : ""),
            "reason": device.reason > 0 ? .text(catalog.text("rollout.reason", ["code": "\(device.reason)"])) : false,
            "changed": PageTime.value(device.changed),
          ]
        }),
      "has-devices": .flag(!devices.items.isEmpty),
      "next": devices.next.map { .text("\(ConsolePages.root)/rollouts/\(id)?after=\($0)") } ?? false,
      "can": can(rollout), "approved-by": PageValue(rollout.approvedBy),
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("rollout", values, section: .rollouts, status: problem?.status ?? .ok)
  }

  /// The actions that the phase allows.
  private func can(_ rollout: RolloutReply) -> PageValue {
    let phase = rollout.phase
    let isOpen = [.running, .paused, .stopped].contains(phase)
    let waitsForApproval = phase == .planned && rollout.needsApproval ?? false && rollout.approvedBy == nil
    return [
      "start": .flag(phase == .planned && !waitsForApproval), "approve": .flag(waitsForApproval),
      "pause": .flag(phase == .running), "resume": .flag(phase == .paused || phase == .stopped),
      "retry": .flag(isOpen && rollout.tally.failed + rollout.tally.stalled > 0), "finish": .flag(isOpen),
      "abort": .flag(isOpen || phase == .planned), "disable": .flag(!phase.isEnded && !rollout.isDisabled),
      "enable": .flag(!phase.isEnded && rollout.isDisabled),
      "remove": .flag(phase.isEnded), "any": true,
    ]
  }

  private func waves(of rollout: RolloutReply) -> [PageValue] {
    let sizes = rollout.waveSizes ?? [rollout.members]
    let done = rollout.done ?? 0
    var last = 0
    return sizes.enumerated().map { index, size in
      defer { last = size }
      let devices = max(size - last, 0)
      let isOpen = rollout.phase != .planned && index == rollout.wave && !rollout.phase.isEnded
      let state = rollout.phase == .planned || index > rollout.wave ? "waits" : isOpen ? "open" : "passed"
      return [
        "number": .number(index + 1), "devices": .text(catalog.grouped(devices)), "sum": .text(catalog.grouped(size)),
        "state": .text(catalog.text("wave.\(state)")), "kind": isOpen ? "running" : "plain",
        "value": .number(min(max(done - last, 0), devices)), "most": .number(max(devices, 1)),
      ]
    }
  }

  /// The rules of a plan in words.
  func rules(of rollout: RolloutReply) -> [PageValue] {
    var rules: [(key: String, value: String)] = []
    if let batch = rollout.batch {
      rules.append(("success", "\(batch.successThreshold ?? 100) %"))
      rules.append(("failure", batch.failureThreshold.map { "\($0) %" } ?? catalog.text("plan.none")))
      rules.append(("soak", hundredths(batch.soak ?? 0, of: 60)))
      rules.append(("retries", "\(batch.retries ?? 0)"))
      if let atOnce = batch.atOnce { rules.append(("at-once", catalog.grouped(atOnce))) }
      if let rate = batch.bytesPerSecond { rules.append(("rate", catalog.grouped(Int(rate / 1024)))) }
      if let window = batch.window {
        let days = (window.days ?? Weekday.allCases).map { catalog.text("day.\($0.rawValue)") }.joined(separator: " ")
        let zone = catalog.text(window.isDeviceTime ?? false ? "plan.device-time" : "plan.utc")
        rules.append(("window", "\(window.from)–\(window.until) \(days) (\(zone))"))
      }
      rules.append(("criterion", catalog.text("criterion.\((batch.success ?? .confirmed).rawValue)")))
    }
    if let deadline = rollout.times?.deadline, deadline > 0 {
      rules.append(("deadline", hundredths(deadline, of: 86_400)))
    }
    return rules.map { ["name": .text(catalog.text("plan.\($0.key)")), "value": .text($0.value)] }
  }

  /// A number of seconds in a longer unit, with up to two digits after the point.
  private func hundredths(_ seconds: Int64, of unit: Int64) -> String {
    let (units, rest) = seconds.quotientAndRemainder(dividingBy: unit)
    guard rest > 0 else { return "\(units)" }
    let digits = max(rest * 100 / unit, 1)
    return "\(units)\(catalog.language == .de ? "," : ".")\(digits < 10 ? "0" : "")\(digits)"
  }

  /// Performs an action of the rollout's page. What ends a rollout asks first.
  func act(_ action: String, _ fields: FormFields) async throws -> Response {
    let id = try id("rollout", of: .rollout)
    do {
      if ["abort", "finish"].contains(action), !fields.isOn("confirmed") {
        let rollout: RolloutReply = try await get(ManagementPath("/manage/rollouts/\(id)"))
        return try page(
          "rollout-end",
          [
            "id": .number(id), "plan": summary(of: rollout), "action": .text(action),
            "question": .text(catalog.text("rollout.\(action)-question")),
            "effect": .text(catalog.text("rollout.\(action)-effect")), "verb": .text(catalog.text("rollout.\(action)")),
          ], section: .rollouts)
      }
      let body: RetryRequest? = action == "retry" ? RetryRequest() : nil
      let group = fields.number("group").map { "?group=\($0)" } ?? ""
      _ = try await send(.post, "/manage/rollouts/\(id)/\(action)\(group)", body, as: RolloutReply.self)
    } catch let refusal as Refusal {
      return try await rolloutPage(id, refusal)
    }
    return redirect(to: "/rollouts/\(id)", done: "rollout-\(action)")
  }
}

import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

extension PageCall {
  /// What a device runs, what it reports, and what became of each rollout to it.
  func devicePage(_ problem: Refusal? = nil, token: String? = nil) async throws -> Response {
    let id = try id("device", of: .device)
    let device: DeviceReply = try await get(ManagementPath("/manage/devices/\(id)"))
    let history: HistoryList = try await get(
      ManagementPath("/manage/devices/\(id)/history").with("limit", "20").with("after", query("after")))
    let groups: DeviceGroupList = try await get(ManagementPath("/manage/device-groups").with("limit", "1000"))
    let offers = try await offers(to: device)
    var values: [String: PageValue] = [
      "id": .number(id), "name": .text(device.name), "label": .text(device.label), "version": .text(device.version),
      "placement": .text(catalog.text("place.\(device.placement.rawValue)")),
      "group": device.group.map {
        ["id": .number($0), "name": .text(device.groupName ?? "")]
      } ?? false,
      "verifies": .flag(device.isVerifying), "class": PageValue(device.deviceClass),
      "registered": PageTime.value(device.registered), "seen": PageTime.value(device.seen),
      "behind": PageTime.value(device.behindSince), "tags": .text((device.tags ?? []).joined(separator: " ")),
      "tag-list": .list((device.tags ?? []).map { .text($0) }),
      "attributes": .list(
        (device.attributes ?? []).map { ["name": .text($0.name), "value": .text($0.value)] }),
      "has-attributes": .flag(!(device.attributes ?? []).isEmpty),
      "history": .list(history.items.map { entry($0) }), "has-history": .flag(!history.items.isEmpty),
      "next": history.next.map { .text("\(ConsolePages.root)/devices/\(id)?after=\($0)") } ?? false,
      "offers": .list(offers), "has-offers": .flag(!offers.isEmpty),
      "groups": .list(
        groups.items.map { group in
          [
            "id": .number(group.id), "name": .text(group.name), "selected": .flag(group.id == device.group),
          ]
        }),
      "placements": .list(
        [DevicePlacement.lobby, .ungrouped, .blacklisted].map { placement in
          [
            "value": .text(placement.rawValue), "name": .text(catalog.text("place.\(placement.rawValue)")),
            "selected": .flag(device.placement == placement),
          ]
        }),
      "token": PageValue(token),
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("device", values, section: .devices, status: problem?.status ?? .ok)
  }

  private func entry(_ entry: HistoryEntry) -> PageValue {
    [
      "rollout": .number(entry.rollout), "name": .text(entry.name), "firmware": .number(entry.firmware),
      "firmware-name": .text(entry.firmwareName), "version": .text(entry.version),
      "state": .text(catalog.text("state.\(entry.state.rawValue)")), "kind": .text(entry.state.rawValue),
      "failures": entry.failures > 0 ? .text(catalog.count("device.failures", entry.failures)) : false,
      "reason": entry.reason > 0 ? reason(entry.reason, entry.reasonName) : false,
      "message": PageValue(entry.message.flatMap { $0.isEmpty ? nil : $0 }),
      "log": PageValue(entry.log.flatMap { $0.isEmpty ? nil : $0 }),
      "changed": PageTime.value(entry.changed),
    ]
  }

  /// A reason in words, with its name for programs.
  func reason(_ code: Int, _ name: String?) -> PageValue {
    let key = "reason.\(name ?? "")"
    return ["name": .text(name ?? "\(code)"), "words": PageValue(name == nil ? nil : catalog.texts[key])]
  }

  /// Why each rollout to the device's group that has not ended is not offered to it, where it has no part in the rollout.
  private func offers(to device: DeviceReply) async throws -> [PageValue] {
    guard let group = device.group else { return [] }
    let rollouts: RolloutList = try await get(
      ManagementPath("/manage/rollouts").with("group", "\(group)").with("sort", "-id").with("limit", "50"))
    let open = rollouts.items.filter { !$0.phase.isEnded }
    let (workspace, numbers, id) = (try user.workspace, open.map(\.id), device.id)
    let known = try await platform.store.read(in: workspace) { rows in
      Set(try numbers.filter { try rows.record(ID($0), ID(id)) != nil })
    }
    var offers: [PageValue] = []
    for rollout in open where !known.contains(rollout.id) {
      let firmware: FirmwareReply = try await get(ManagementPath("/manage/firmware/\(rollout.firmware)"))
      let why: String
      if rollout.isDisabled || rollout.disabledGroups?.contains(group) ?? false {
        why = "disabled"
      } else if rollout.phase != .running {
        why = rollout.phase.rawValue
      } else if device.isVerifying, let wanted = firmware.deviceClass, wanted != device.deviceClass {
        why = "class"
      } else if rollout.batch != nil {
        why = "wave"
      } else {
        why = "poll"
      }
      offers.append([
        "rollout": .number(rollout.id), "name": .text(rollout.name), "version": .text(rollout.firmwareVersion ?? ""),
        "why": .text(catalog.text("offer.\(why)")),
      ])
    }
    return offers
  }

  func annotateDevice(_ fields: FormFields) async throws -> Response {
    let id = try id("device", of: .device)
    do {
      let device: DeviceReply = try await get(ManagementPath("/manage/devices/\(id)"))
      let wanted = Set((fields.text("tags") ?? "").split(separator: " ").map(String.init))
      let old = Set(device.tags ?? [])
      try await send(
        .patch, "/manage/devices/\(id)",
        DeviceChange(
          label: fields.text("label") ?? "", addTags: wanted.subtracting(old).sorted(),
          removeTags: old.subtracting(wanted).sorted()))
    } catch let refusal as Refusal {
      return try await devicePage(refusal)
    }
    return redirect(to: "/devices/\(id)", done: "saved")
  }

  func placeDevice(_ fields: FormFields) async throws -> Response {
    let id = try id("device", of: .device)
    do {
      let place = fields.text("place") ?? ""
      let request: PlacementRequest
      if place.hasPrefix("group-"), let group = Int64(place.dropFirst(6)) {
        request = PlacementRequest(placement: .grouped, group: group)
      } else if let placement = DevicePlacement(rawValue: place), placement != .grouped {
        request = PlacementRequest(placement: placement)
      } else {
        throw Refusal.malformed(catalog.text("problem.no-group"))
      }
      try await send(.put, "/manage/devices/\(id)/placement", request)
    } catch let refusal as Refusal {
      return try await devicePage(refusal)
    }
    return redirect(to: "/devices/\(id)", done: "moved")
  }

  func askToRemoveDevice() async throws -> Response {
    let id = try id("device", of: .device)
    let device: DeviceReply = try await get(ManagementPath("/manage/devices/\(id)"))
    return try page(
      "device-remove", ["id": .number(id), "name": .text(device.name), "label": .text(device.label)], section: .devices)
  }

  /// Makes a token with which the device enrols a new key. It is shown once.
  func rekeyDevice() async throws -> Response {
    let id = try id("device", of: .device)
    do {
      let reply = try await send(.post, "/manage/devices/\(id)/rekey", as: EnrolmentTokenReply.self)
      return try await devicePage(token: reply.token)
    } catch let refusal as Refusal {
      return try await devicePage(refusal)
    }
  }
}

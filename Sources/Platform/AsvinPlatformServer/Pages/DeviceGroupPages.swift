import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

extension ConsolePages {
  static let deviceGroups: [PageRoute] = [
    .page("/groups") { call in try await call.groupList() },
    .form("/groups", .user(.operate)) { call, fields in
      do {
        let reply = try await call.send(
          .post, "/manage/device-groups", DeviceGroupRequest(name: fields.text("name") ?? ""), as: DeviceGroupReply.self
        )
        return call.redirect(to: "/groups/\(reply.id)", done: "group-created")
      } catch let refusal as Refusal {
        return try await call.groupList(refusal, name: fields.text("name"))
      }
    },
    .page("/groups/{group}") { call in try await call.groupPage() },
    .form("/groups/{group}", .user(.operate)) { call, fields in
      let id = try call.id("group", of: .deviceGroup)
      do {
        let request = DeviceGroupRequest(name: fields.text("name") ?? "")
        _ = try await call.send(.put, "/manage/device-groups/\(id)", request, as: DeviceGroupReply.self)
        return call.redirect(to: "/groups/\(id)", done: "saved")
      } catch let refusal as Refusal {
        return try await call.groupPage(refusal)
      }
    },
    .form("/groups/{group}/remove", .user(.operate)) { call, _ in
      let id = try call.id("group", of: .deviceGroup)
      do {
        try await call.send(.delete, "/manage/device-groups/\(id)")
        return call.redirect(to: "/groups", done: "group-removed")
      } catch let refusal as Refusal {
        return try await call.groupPage(refusal)
      }
    },
    .form("/groups/{group}/rules", .user(.operate)) { call, fields in try await call.changeRules(fields) },
  ]
}

extension PageCall {
  fileprivate func groupList(_ problem: Refusal? = nil, name: String? = nil) async throws -> Response {
    let list: DeviceGroupList = try await get(
      ManagementPath("/manage/device-groups").with("sort", "name").with("limit", "100").with("search", query("search"))
        .with("after", query("after")))
    let address = ListAddress("/groups", self, keeping: ["search"])
    var values: [String: PageValue] = [
      "groups": .list(
        list.items.map { group in
          [
            "id": .number(group.id), "name": .text(group.name), "members": .text(catalog.grouped(group.members)),
          ]
        }),
      "empty": .flag(list.items.isEmpty), "search": .text(query("search") ?? ""),
      "filtered": .flag(query("search") != nil),
      "name": .text(name ?? ""),
      "next": list.next.map { .text(ConsolePages.root + address.with("after", $0).path) } ?? false,
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("groups", values, section: .groups, status: problem?.status ?? .ok)
  }

  fileprivate func groupPage(_ problem: Refusal? = nil) async throws -> Response {
    let id = try id("group", of: .deviceGroup)
    let group: DeviceGroupReply = try await get(ManagementPath("/manage/device-groups/\(id)"))
    let devices: DeviceList = try await get(
      ManagementPath("/manage/devices").with("group", "\(id)").with("limit", "20").with("sort", "-seen"))
    let rollouts: RolloutList = try await get(
      ManagementPath("/manage/rollouts").with("group", "\(id)").with("sort", "-id").with("limit", "10"))
    let rules: PlacementRules = try await get(ManagementPath("/manage/placement-rules"))
    var values: [String: PageValue] = [
      "id": .number(id), "name": .text(group.name), "members": .text(catalog.count("groups.members", group.members)),
      "empty": .flag(group.members == 0),
      "devices": .list(
        devices.items.map { device in
          [
            "id": .number(device.id), "name": .text(device.name), "label": .text(device.label),
            "version": .text(device.version), "seen": PageTime.value(device.seen),
          ]
        }),
      "more": .flag(group.members > devices.items.count),
      "rollouts": .list(rollouts.items.map { summary(of: $0) }), "has-rollouts": .flag(!rollouts.items.isEmpty),
      "rules": .list(
        try await rules.rules.enumerated().filter { $1.group == id }.asyncMap { try await rule($1, at: $0) }),
      "known": .text(try mark(of: rules)), "has-rules": .flag(rules.rules.contains { $0.group == id }),
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("group", values, section: .groups, status: problem?.status ?? .ok)
  }

  /// A rule in words, and the devices in the lobby that it would place.
  private func rule(_ rule: PlacementRuleMessage, at place: Int) async throws -> PageValue {
    var conditions: [String] = []
    if let prefix = rule.namePrefix { conditions.append(catalog.text("rules.name", ["prefix": prefix])) }
    if let version = rule.version { conditions.append(catalog.text("rules.version", ["version": version])) }
    if let deviceClass = rule.deviceClass { conditions.append(catalog.text("rules.class", ["class": deviceClass])) }
    if let verifying = rule.verifying {
      conditions.append(catalog.text(verifying ? "rules.verifying" : "rules.not-verifying"))
    }
    let waiting: DeviceList = try await get(
      ManagementPath("/manage/devices").with("placement", "lobby").with("version", rule.version)
        .with("class", rule.deviceClass).with("verifying", rule.verifying.map { $0 ? "true" : "false" })
        .with("search", rule.namePrefix.map { String($0.prefix(64)) }).with("limit", "100"))
    let matching = waiting.items.filter { device in
      rule.namePrefix.map { device.name.lowercased().hasPrefix($0.lowercased()) } ?? true
    }
    return [
      "place": .number(place),
      "words": .text(conditions.isEmpty ? catalog.text("rules.all") : conditions.joined(separator: ", ")),
      "preview": .text(catalog.count("rules.preview", matching.count)),
    ]
  }

  /// A mark by which a page finds that the rules were changed in the meantime.
  private func mark(of rules: PlacementRules) throws -> String {
    AccessSecret.digest(of: String(decoding: try Reply.encoded(rules), as: UTF8.self)).hexadecimal
  }

  /// Adds a rule to the end of the list, or removes one.
  fileprivate func changeRules(_ fields: FormFields) async throws -> Response {
    let id = try id("group", of: .deviceGroup)
    do {
      var rules: PlacementRules = try await get(ManagementPath("/manage/placement-rules"))
      if let place = fields.number("remove") {
        guard fields.text("known") == (try mark(of: rules)), rules.rules.indices.contains(Int(clamping: place)),
          rules.rules[Int(place)].group == id
        else {
          throw Refusal(status: .conflict, message: catalog.text("problem.rule-changed"))
        }
        rules.rules.remove(at: Int(place))
      } else {
        var rule = PlacementRuleMessage(group: id)
        (rule.namePrefix, rule.version) = (fields.text("prefix"), fields.text("version"))
        rule.deviceClass = fields.text("class")
        rule.verifying = fields.text("verifying").map { $0 == "true" }
        rules.rules.append(rule)
      }
      let _: PlacementRules = try await send(.put, "/manage/placement-rules", rules, as: PlacementRules.self)
    } catch let refusal as Refusal {
      return try await groupPage(refusal)
    }
    return redirect(to: "/groups/\(id)", done: "saved")
  }
}

extension Sequence {
  /// Converts the elements one after the other.
  fileprivate func asyncMap<Other>(_ body: (Element) async throws -> Other) async throws -> [Other] {
    var result: [Other] = []
    for element in self { result.append(try await body(element)) }
    return result
  }
}

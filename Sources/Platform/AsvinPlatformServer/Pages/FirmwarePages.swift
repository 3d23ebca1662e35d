import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

extension ConsolePages {
  static let firmware: [PageRoute] = [
    .page("/firmware/{firmware}") { call in try await call.firmwarePage() },
    .page("/firmware/{firmware}/withdraw", .user(.operate)) { call in try await call.askToWithdraw() },
    .form("/firmware/{firmware}/withdraw", .user(.operate)) { call, _ in
      let id = try call.id("firmware", of: .firmware)
      let reply = try await call.send(.post, "/manage/firmware/\(id)/withdraw", as: WithdrawalReply.self)
      return call.redirect(to: "/firmware/\(id)", done: "withdrawn", number: reply.aborted.count)
    },
    .form("/firmware/{firmware}/promote", .user(.publish)) { call, fields in
      let id = try call.id("firmware", of: .firmware)
      do {
        let request = PromotionRequest(fileGroup: fields.number("group") ?? 0)
        let reply = try await call.send(.post, "/manage/firmware/\(id)/promote", request, as: PublicationReply.self)
        return call.redirect(to: "/firmware/\(reply.firmware.id)", done: "promoted")
      } catch let refusal as Refusal {
        return try await call.firmwarePage(refusal)
      }
    },
    .form("/firmware/{firmware}/remove", .user(.administer)) { call, _ in
      let id = try call.id("firmware", of: .firmware)
      do {
        let known: FirmwareReply = try await call.get(ManagementPath("/manage/firmware/\(id)"))
        try await call.send(.delete, "/manage/firmware/\(id)")
        return call.redirect(to: "/firmware/groups/\(known.fileGroup)", done: "firmware-removed")
      } catch let refusal as Refusal {
        return try await call.firmwarePage(refusal)
      }
    },
  ]
}

extension PageCall {
  fileprivate func firmwarePage(_ problem: Refusal? = nil) async throws -> Response {
    let id = try id("firmware", of: .firmware)
    let firmware: FirmwareReply = try await get(ManagementPath("/manage/firmware/\(id)"))
    let group: FileGroupReply = try await get(ManagementPath("/manage/file-groups/\(firmware.fileGroup)"))
    let groups: FileGroupList = try await get(ManagementPath("/manage/file-groups").with("limit", "1000"))
    let rollouts: RolloutList = try await get(
      ManagementPath("/manage/rollouts").with("firmware", "\(id)").with("sort", "-id").with("limit", "20"))
    let running = try await devices(running: firmware.version)
    var values: [String: PageValue] = [
      "id": .number(id), "name": .text(firmware.name), "version": .text(firmware.version),
      "group": ["id": .number(group.id), "name": .text(group.name)], "size": .text(size(firmware.size)),
      "digest": .text(firmware.digest), "md5": .text(firmware.md5), "cid": .text(firmware.cid),
      "published": PageTime.value(firmware.published), "withdrawn": PageTime.value(firmware.withdrawn),
      "status": .text(status(of: firmware)), "used": .flag(firmware.isUsed),
      "rollouts": .list(rollouts.items.map { summary(of: $0) }), "has-rollouts": .flag(!rollouts.items.isEmpty),
      "running": .text(catalog.count("files.running", running)),
      "running-path": .text("\(ConsolePages.root)/devices?version=\(firmware.version.percentEncoded)"),
      "others": .list(
        groups.items.filter { $0.id != group.id }.map { ["id": .number($0.id), "name": .text($0.name)] }),
      "has-others": .flag(groups.items.count > 1 && firmware.release != nil && firmware.withdrawn == nil),
      "release": false,
    ]
    if firmware.release != nil {
      let release: ReleaseReply = try await get(ManagementPath("/manage/firmware/\(id)/release"))
      values["release"] = describe(release, of: group)
    }
    if let problem { values["notice"] = self.problem(problem) }
    return try page("firmware", values, section: .firmware, status: problem?.status ?? .ok)
  }

  /// The number of devices that reported a version last.
  private func devices(running version: String) async throws -> Int {
    let workspace = try user.workspace
    return try await platform.store.read(in: workspace) { rows in
      var filter = DeviceFilter()
      filter.version = version
      return try rows.count(of: filter)
    }
  }

  /// A release in words, for the template `release`.
  func describe(_ release: ReleaseReply, of group: FileGroupReply) -> PageValue {
    let known = Set(group.trust.map { TrustEnd.digest(of: $0) })
    return [
      "product": .text(release.name), "version": .text(release.version), "sequence": .text("\(release.sequence)"),
      "vendor": .text(release.vendor), "class": .text(release.deviceClass), "created": PageTime.value(release.created),
      "lowest": PageValue(release.lowestBase.map { "\($0)" }),
      "signers": .list(
        release.signers.map { ["digest": .text($0), "trusted": .flag(known.contains($0))] }),
      "unsigned": .flag(release.signers.isEmpty),
      "components": .list(
        release.components.map { component in
          [
            "slot": .text("\(component.slot)"), "size": .text(size(component.size)), "digest": .text(component.digest),
            "payloads": .list(
              component.payloads.map { payload in
                [
                  "form": .text(catalog.text("form.\(payload.form.rawValue)")), "size": .text(size(payload.size)),
                  "share": .text("\(payload.size * 100 / max(component.size, 1)) %"),
                  "base": PageValue(payload.base), "memory": PageValue(payload.memory.map { size($0) }),
                ]
              }),
          ]
        }),
      "attachments": .list(
        release.attachments.map { item in
          ["name": .text(item.name), "type": .text(item.mediaType), "size": .text(size(item.size))]
        }),
      "has-attachments": .flag(!release.attachments.isEmpty),
    ]
  }

  fileprivate func askToWithdraw() async throws -> Response {
    let id = try id("firmware", of: .firmware)
    let firmware: FirmwareReply = try await get(ManagementPath("/manage/firmware/\(id)"))
    let rollouts: RolloutList = try await get(
      ManagementPath("/manage/rollouts").with("firmware", "\(id)").with("limit", "100"))
    let open = rollouts.items.filter { !$0.phase.isEnded }
    return try page(
      "firmware-withdraw",
      [
        "id": .number(id), "name": .text(firmware.name), "version": .text(firmware.version),
        "rollouts": .list(open.map { ["id": .number($0.id), "name": .text($0.name)] }),
        "has-rollouts": .flag(!open.isEmpty),
      ], section: .firmware)
  }
}

import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

extension ConsolePages {
  static let fileGroups: [PageRoute] = [
    .page("/firmware") { call in try await call.fileGroupList() },
    .form("/firmware", .user(.administer)) { call, fields in
      do {
        let request = FileGroupRequest(
          name: fields.text("name") ?? "", trust: fields.text("trust").map { [$0.unixLines] } ?? [])
        let reply = try await call.send(.post, "/manage/file-groups", request, as: FileGroupReply.self)
        return call.redirect(to: "/firmware/groups/\(reply.id)", done: "group-created")
      } catch let refusal as Refusal {
        return try await call.fileGroupList(refusal, fields)
      }
    },
    .page("/firmware/groups/{group}") { call in try await call.fileGroupPage() },
    .form("/firmware/groups/{group}/trust", .user(.administer)) { call, fields in
      let id = try call.id("group", of: .fileGroup)
      do {
        var change = TrustChangeRequest()
        change.add = fields.text("trust").map { [$0.unixLines] }
        change.remove = fields.text("remove").map { [$0] }
        _ = try await call.send(.post, "/manage/file-groups/\(id)/trust", change, as: FileGroupReply.self)
        return call.redirect(to: "/firmware/groups/\(id)", done: "saved")
      } catch let refusal as Refusal {
        return try await call.fileGroupPage(refusal)
      }
    },
    .form("/firmware/groups/{group}/remove", .user(.administer)) { call, _ in
      let id = try call.id("group", of: .fileGroup)
      do {
        try await call.send(.delete, "/manage/file-groups/\(id)")
        return call.redirect(to: "/firmware", done: "group-removed")
      } catch let refusal as Refusal {
        return try await call.fileGroupPage(refusal)
      }
    },
  ]
}

extension PageCall {
  fileprivate func fileGroupList(_ problem: Refusal? = nil, _ fields: FormFields? = nil) async throws -> Response {
    let list: FileGroupList = try await get(
      ManagementPath("/manage/file-groups").with("sort", "name").with("limit", "100").with("after", query("after")))
    var values: [String: PageValue] = [
      "groups": .list(
        list.items.map { group in
          [
            "id": .number(group.id), "name": .text(group.name), "files": .text(catalog.grouped(group.files)),
            "keys": .text(catalog.count("files.keys", group.trust.count)), "keyless": .flag(group.trust.isEmpty),
          ]
        }),
      "empty": .flag(list.items.isEmpty), "name": .text(fields?.text("name") ?? ""),
      "trust": .text(fields?.text("trust") ?? ""),
      "next": list.next.map { .text("\(ConsolePages.root)/firmware?after=\($0.percentEncoded)") } ?? false,
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("file-groups", values, section: .firmware, status: problem?.status ?? .ok)
  }

  fileprivate func fileGroupPage(_ problem: Refusal? = nil) async throws -> Response {
    let id = try id("group", of: .fileGroup)
    let group: FileGroupReply = try await get(ManagementPath("/manage/file-groups/\(id)"))
    let list: FirmwareList = try await get(
      ManagementPath("/manage/file-groups/\(id)/firmware").with("sort", "-id").with("limit", "50")
        .with("search", query("search")).with("after", query("after")))
    let address = ListAddress("/firmware/groups/\(id)", self, keeping: ["search"])
    let ends = Dictionary((group.ends ?? []).map { ($0.key, $0.expires) }) { first, _ in first }
    var values: [String: PageValue] = [
      "id": .number(id), "name": .text(group.name), "files": .list(list.items.map { file($0) }),
      "empty": .flag(list.items.isEmpty), "keyless": .flag(group.trust.isEmpty), "search": .text(query("search") ?? ""),
      "filtered": .flag(query("search") != nil),
      "keys": .list(
        group.trust.map { pem in
          let digest = TrustEnd.digest(of: pem)
          return ["digest": .text(digest), "pem": .text(pem), "end": PageTime.value(ends[digest])]
        }),
      "next": list.next.map { .text(ConsolePages.root + address.with("after", $0).path) } ?? false,
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("file-group", values, section: .firmware, status: problem?.status ?? .ok)
  }

  private func file(_ firmware: FirmwareReply) -> PageValue {
    [
      "id": .number(firmware.id), "name": .text(firmware.name), "version": .text(firmware.version),
      "size": .text(size(firmware.size)), "published": PageTime.value(firmware.published),
      "status": .text(status(of: firmware)), "kind": firmware.withdrawn == nil ? "plain" : "failed",
    ]
  }

  func status(of firmware: FirmwareReply) -> String {
    if firmware.withdrawn != nil { return catalog.text("files.withdrawn") }
    return catalog.text(firmware.isUsed ? "files.used" : "files.unused")
  }

  /// A number of bytes in the unit in which it is easy to read.
  func size(_ bytes: UInt64) -> String {
    let units = ["B", "KiB", "MiB", "GiB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    let tenths = Int((value * 10).rounded())
    if unit == 0 || tenths.isMultiple(of: 10) { return "\(tenths / 10) \(units[unit])" }
    return "\(tenths / 10)\(catalog.language == .de ? "," : ".")\(tenths % 10) \(units[unit])"
  }
}

extension String {
  /// The text with the line ends of Unix. A browser sends the lines of a text field with CR LF.
  fileprivate var unixLines: String { replacing("\r\n", with: "\n") }
}

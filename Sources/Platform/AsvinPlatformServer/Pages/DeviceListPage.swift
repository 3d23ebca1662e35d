import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

extension ConsolePages {
  static let devices: [PageRoute] = [
    .page("/devices") { call in try await call.deviceList() },
    .form("/devices", .user(.operate)) { call, fields in try await call.changeDevices(fields) },
    .form("/devices/columns", .user(.read)) { call, fields in call.chooseColumns(fields) },
    .page("/devices/{device}") { call in try await call.devicePage() },
    .form("/devices/{device}/note", .user(.operate)) { call, fields in try await call.annotateDevice(fields) },
    .form("/devices/{device}/place", .user(.operate)) { call, fields in try await call.placeDevice(fields) },
    .page("/devices/{device}/remove", .user(.operate)) { call in try await call.askToRemoveDevice() },
    .form("/devices/{device}/remove", .user(.operate)) { call, _ in
      let id = try call.id("device", of: .device)
      try await call.send(.delete, "/manage/devices/\(id)")
      return call.redirect(to: "/devices", done: "removed", number: 1)
    },
    .form("/devices/{device}/rekey", .user(.operate)) { call, _ in try await call.rekeyDevice() },
  ]
}

/// The columns of the table of devices. The name is always shown.
enum DeviceColumn: String, CaseIterable {
  case label, group, version, verified, tags, seen, registered, deviceClass = "class"

  /// The columns that are shown unless the user chooses others.
  static let usual: [DeviceColumn] = [.label, .group, .version, .verified, .seen]

  /// The order in which the API sorts by the column.
  var sort: DeviceSort? {
    switch self {
    case .label: .label
    case .version: .version
    case .seen: .seen
    case .registered: .id
    case .group, .verified, .tags, .deviceClass: nil
    }
  }
}

extension PageCall {
  /// Rows of a table.
  private static let rows = 50

  /// The conditions that a list's address can have, besides the order and the place.
  private static let conditions = [
    "placement", "group", "search", "version", "class", "verifying", "tag", "behind", "quiet",
  ]

  fileprivate func deviceList(_ problem: Refusal? = nil, hint: String? = nil) async throws -> Response {
    var path = ManagementPath("/manage/devices").with("limit", "\(Self.rows)")
    for name in ["placement", "group", "search", "version", "class", "verifying", "tag", "behind"] {
      path = path.with(name, query(name))
    }
    if let hours = query("quiet").flatMap({ Int64($0) }), (1...100_000).contains(hours) {
      path = path.with("seenBefore", "\(now.seconds - hours * 3600)")
    }
    path = path.with("sort", query("sort")).with("after", query("after"))
    let list: DeviceList = try await get(path)
    let groups: DeviceGroupList = try await get(ManagementPath("/manage/device-groups").with("limit", "1000"))
    let chosen = columns
    let filters = ListAddress("/devices", self, keeping: Self.conditions + ["columns"])
    var values: [String: PageValue] = [
      "title": .text(title),
      "rows": .list(list.items.map { row($0, chosen) }),
      "empty": .flag(list.items.isEmpty), "filtered": .flag(isFiltered), "lobby": .flag(query("placement") == "lobby"),
      "tabs": .list(tabs), "groups": .list(groups.items.map { option($0) }),
      "columns": .list(DeviceColumn.allCases.map { column($0, chosen) }),
      "heads": .list(chosen.map { head($0, filters) }), "name-head": sortHead("name", .name, filters),
      "target": .text(ConsolePages.root + filters.path),
      "columns-target": .text(
        ConsolePages.root + ListAddress("/devices/columns", self, keeping: Self.conditions).path),
      "search": .text(query("search") ?? ""), "version": .text(query("version") ?? ""),
      "tag": .text(query("tag") ?? ""), "placement": PageValue(query("placement")),
      "behind": .flag(query("behind") == "true"),
      "quiet": .list(
        [24, 168, 720].map { hours in
          [
            "value": "\(hours)", "name": .text(catalog.text("devices.quiet-\(hours)")),
            "selected": .flag(query("quiet") == "\(hours)"),
          ]
        }),
      "verifying": .list(
        ["true", "false"].map { value in
          [
            "value": .text(value), "name": .text(catalog.text("devices.verifying-\(value)")),
            "selected": .flag(query("verifying") == value),
          ]
        }),
      "next": list.next.map { .text(ConsolePages.root + filters.with("sort", query("sort")).with("after", $0).path) }
        ?? false,
      "first": query("after") == nil
        ? false : .text(ConsolePages.root + filters.with("sort", query("sort")).path),
    ]
    if let problem { values["notice"] = self.problem(problem).adding(hint.map { ["hint": .text($0)] } ?? [:]) }
    return try page("devices", values, section: .devices, status: problem?.status ?? .ok)
  }

  private var title: String {
    guard let placement = query("placement").flatMap({ DevicePlacement(rawValue: $0) }) else {
      return catalog.text("devices.title")
    }
    return catalog.text("placement.\(placement.rawValue)")
  }

  private var isFiltered: Bool { Self.conditions.contains { $0 != "placement" && query($0) != nil } }

  /// The chosen columns, in the order of the table.
  private var columns: [DeviceColumn] {
    guard let text = query("columns") else { return DeviceColumn.usual }
    let names = Set(text.split(separator: ",").map(String.init))
    return DeviceColumn.allCases.filter { names.contains($0.rawValue) }
  }

  private var tabs: [PageValue] {
    let current = query("placement")
    let all: PageValue = [
      "name": .text(catalog.text("devices.all")), "path": .text("\(ConsolePages.root)/devices"),
      "current": .flag(current == nil),
    ]
    return [all]
      + DevicePlacement.allCases.map { placement in
        [
          "name": .text(catalog.text("placement.\(placement.rawValue)")),
          "path": .text("\(ConsolePages.root)/devices?placement=\(placement.rawValue)"),
          "current": .flag(current == placement.rawValue),
        ]
      }
  }

  private func option(_ group: DeviceGroupReply) -> PageValue {
    [
      "id": .number(group.id), "name": .text(group.name), "members": .text(catalog.grouped(group.members)),
      "selected": .flag(query("group") == "\(group.id)"),
    ]
  }

  private func column(_ column: DeviceColumn, _ chosen: [DeviceColumn]) -> PageValue {
    [
      "value": .text(column.rawValue), "name": .text(catalog.text("device.\(column.rawValue)")),
      "checked": .flag(chosen.contains(column)),
    ]
  }

  private func head(_ column: DeviceColumn, _ filters: ListAddress) -> PageValue {
    guard let sort = column.sort else { return ["name": .text(catalog.text("device.\(column.rawValue)"))] }
    return sortHead(column.rawValue, sort, filters)
  }

  /// A heading that sorts the table, in reverse if the table has that order.
  private func sortHead(_ name: String, _ sort: DeviceSort, _ filters: ListAddress) -> PageValue {
    let current = query("sort") ?? "id"
    let (isUp, isDown) = (current == sort.rawValue, current == "-\(sort.rawValue)")
    return [
      "name": .text(catalog.text("device.\(name)")),
      "sort": .text(ConsolePages.root + filters.with("sort", isUp ? "-\(sort.rawValue)" : sort.rawValue).path),
      "order": isUp ? "ascending" : isDown ? "descending" : false,
    ]
  }

  private func row(_ device: DeviceReply, _ columns: [DeviceColumn]) -> PageValue {
    [
      "id": .number(device.id), "name": .text(device.name),
      "behind": .flag(device.behindSince != nil), "cells": .list(columns.map { cell(device, $0) }),
    ]
  }

  private func cell(_ device: DeviceReply, _ column: DeviceColumn) -> PageValue {
    let head = catalog.text("device.\(column.rawValue)")
    func plain(_ text: String) -> PageValue { ["head": .text(head), "shown": .text(text)] }
    switch column {
    case .label: return plain(device.label)
    case .group:
      guard let group = device.group else { return plain(catalog.text("place.\(device.placement.rawValue)")) }
      return [
        "head": .text(head), "shown": .text(device.groupName ?? "\(group)"),
        "link": .text("\(ConsolePages.root)/groups/\(group)"),
      ]
    case .version: return plain(device.version)
    case .verified: return plain(catalog.text(device.isVerifying ? "device.verifies" : "device.verifies-not"))
    case .tags: return plain((device.tags ?? []).joined(separator: ", "))
    case .seen: return ["head": .text(head), "time": PageTime.value(device.seen)]
    case .registered: return ["head": .text(head), "time": PageTime.value(device.registered)]
    case .deviceClass: return plain(device.deviceClass ?? "")
    }
  }

  fileprivate func chooseColumns(_ fields: FormFields) -> Response {
    let filters = ListAddress("/devices", self, keeping: Self.conditions)
    return redirect(to: filters.with("columns", fields.texts("column").joined(separator: ",")).path)
  }

  // Selected rows

  fileprivate func changeDevices(_ fields: FormFields) async throws -> Response {
    let devices = fields.numbers("device")
    let back = ListAddress("/devices", self, keeping: Self.conditions + ["columns", "sort", "after"]).path
    do {
      guard !devices.isEmpty else { throw Refusal.malformed(catalog.text("problem.no-selection")) }
      guard let action = fields.text("action") else { throw Refusal.malformed(catalog.text("problem.no-action")) }
      if action == "remove", !fields.isOn("confirmed") { return try await askToRemove(devices, back) }
      var changed = 0
      do {
        for device in devices where try await exists(device) {
          try await change(device, action, fields)
          changed += 1
        }
      } catch let refusal as Refusal where changed > 0 {
        // Some devices were changed before. The page states how many.
        return try await deviceList(refusal, hint: catalog.count("done.\(action)", changed))
      }
      return redirect(to: back, done: action, number: changed)
    } catch let refusal as Refusal {
      return try await deviceList(refusal)
    }
  }

  /// Whether a device exists. One that another page has removed is left out of a change of many.
  private func exists(_ device: Int64) async throws -> Bool {
    let workspace = try user.workspace
    return try await platform.store.read(in: workspace) { try $0.device(ID(device)) != nil }
  }

  private func change(_ device: Int64, _ action: String, _ fields: FormFields) async throws {
    let path = "/manage/devices/\(device)"
    switch action {
    case "group":
      guard let group = fields.number("group") else { throw Refusal.malformed(catalog.text("problem.no-group")) }
      try await send(.put, "\(path)/placement", PlacementRequest(placement: .grouped, group: group))
    case "ungroup": try await send(.put, "\(path)/placement", PlacementRequest(placement: .ungrouped))
    case "lobby": try await send(.put, "\(path)/placement", PlacementRequest(placement: .lobby))
    case "blacklist": try await send(.put, "\(path)/placement", PlacementRequest(placement: .blacklisted))
    case "tag":
      guard let tag = fields.text("tag") else { throw Refusal.malformed(catalog.text("problem.no-tag")) }
      try await send(.patch, path, DeviceChange(addTags: [tag]))
    case "remove": try await send(.delete, path)
    default: throw Refusal.malformed(catalog.text("problem.no-action"))
    }
  }

  private func askToRemove(_ devices: [Int64], _ back: String) async throws -> Response {
    var names: [PageValue] = []
    for device in devices {
      let known: DeviceReply = try await get(ManagementPath("/manage/devices/\(device)"))
      names.append(["id": .number(device), "name": .text(known.name), "label": .text(known.label)])
    }
    return try page(
      "devices-remove",
      [
        "devices": .list(names), "target": .text(ConsolePages.root + back),
        "question": .text(catalog.count("devices.remove-question", devices.count)),
      ], section: .devices)
  }
}

/// The address of a list with some of the parameters of the page's request, so that an address can be shared.
struct ListAddress {
  private(set) var path: String

  init(_ path: String, _ call: PageCall, keeping names: [String]) {
    self.path = path
    for name in names { if let value = call.query(name) { self = with(name, value) } }
  }

  func with(_ name: String, _ value: String?) -> ListAddress {
    guard let value else { return self }
    var address = self
    address.path += "\(path.contains("?") ? "&" : "?")\(name)=\(value.percentEncoded)"
    return address
  }
}

import ArgumentParser
import AsvinBundle
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import AsvinRelease
import FoundationEssentials

/// The conditions by which a command chooses devices.
struct DeviceFilterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only devices in this group.", valueName: "name")) var group: String?
  @Flag(help: "Only devices in the lobby.") var lobby = false
  @Option(
    help: ArgumentHelp("Only devices with this placement: lobby, grouped, ungrouped, blacklisted.", valueName: "word"))
  var placement: String?
  @Option(help: ArgumentHelp("Only devices that reported this version last.", valueName: "text")) var fwVersion: String?
  @Option(
    name: .customLong("class"), help: ArgumentHelp("Only devices of this class; needs --vendor.", valueName: "name"))
  var deviceClass: String?
  @Option(help: ArgumentHelp("The vendor of the class; default: the vendor of the project.", valueName: "domain"))
  var vendor: String?
  @Option(
    help: ArgumentHelp(
      "Only devices that have made no contact since this time, such as 2026-12-01T10:00:00Z.", valueName: "time"))
  var seenBefore: String?
  @Option(help: ArgumentHelp("Only devices that made contact at this time or later.", valueName: "time"))
  var seenSince: String?
  @Option(help: ArgumentHelp("Only devices whose name or label contains this text.", valueName: "text"))
  var search: String?
  @Option(parsing: .singleValue, help: ArgumentHelp("Only devices with this tag. May be repeated.", valueName: "word"))
  var tag: [String] = []
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Only devices that report this attribute. May be repeated.", valueName: "name=value"))
  var attribute: [String] = []

  /// Whether no condition is given.
  var isEmpty: Bool {
    [group, placement, fwVersion, deviceClass, seenBefore, seenSince, search].allSatisfy { $0 == nil } && !lobby
      && tag.isEmpty && attribute.isEmpty
  }

  /// Returns the conditions that need no answer of the platform. The group is in ``query(on:conditions:)``.
  func conditions(in environment: Environment) throws -> [QueryItem] {
    var items: [QueryItem] = []
    let wanted = lobby ? DevicePlacement.lobby.rawValue : placement
    if let wanted {
      guard DevicePlacement(rawValue: wanted) != nil, placement == nil || placement == wanted else {
        throw Failure(
          .usage, "'\(placement ?? wanted)' is not the placement of devices in question",
          hint: "give \(DevicePlacement.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      items.append(QueryItem("placement", wanted))
    }
    if let fwVersion { items.append(QueryItem("version", fwVersion)) }
    if let deviceClass {
      guard let vendor = try vendor ?? ProjectFile.find(in: environment).vendor else {
        throw Failure(
          .usage, "--class needs --vendor", hint: "name the vendor of the class, for example --vendor example.com")
      }
      items.append(QueryItem("class", try DeviceClass(vendor: vendor, name: deviceClass).classID))
    }
    if let seenBefore { items.append(QueryItem("seenBefore", "\(try Date.seconds(seenBefore))")) }
    if let seenSince { items.append(QueryItem("seenSince", "\(try Date.seconds(seenSince))")) }
    if let search { items.append(QueryItem("search", search)) }
    items += tag.map { QueryItem("tag", $0) } + attribute.map { QueryItem("attribute", $0) }
    return items
  }

  /// Returns the conditions as a selection, without the group.
  func selection(in environment: Environment) throws -> DeviceSelection {
    var selection = DeviceSelection()
    for item in try conditions(in: environment) {
      switch item.name {
      case "placement": selection.placement = DevicePlacement(rawValue: item.value)
      case "version": selection.version = item.value
      case "class": selection.deviceClass = item.value
      case "seenBefore": selection.seenBefore = Int64(item.value)
      case "seenSince": selection.seenSince = Int64(item.value)
      case "search": selection.search = item.value
      case "tag": selection.tags = (selection.tags ?? []) + [item.value]
      case "attribute":
        let parts = item.value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let attribute = AttributeMessage(name: parts[0], value: parts.count == 2 ? parts[1] : "")
        selection.attributes = (selection.attributes ?? []) + [attribute]
      default: throw Failure(.usage, "'\(item.name)' is not a condition of a change")
      }
    }
    return selection
  }

  /// Returns all conditions.
  static func query(
    on platform: PlatformConnection, _ conditions: [QueryItem], group: String?
  ) async throws -> [QueryItem] {
    guard let group else { return conditions }
    return conditions + [QueryItem("group", "\(try await platform.deviceGroups(named: [group])[0])")]
  }
}

extension Date {
  /// Reads a time in ISO 8601.
  fileprivate static func seconds(_ text: String) throws -> Int64 {
    do {
      return Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970)
    } catch {
      throw Failure(.usage, "'\(text)' is not a time", hint: "write a time such as 2026-12-01T10:00:00Z")
    }
  }
}

struct DeviceListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the devices.",
    discussion: "With --versions, prints the number of devices of each version instead.")

  @OptionGroup var filter: DeviceFilterOptions
  @Flag(help: "List only devices that do not run the release of their rollout yet.") var behind = false
  @Flag(help: "Count the devices by version.") var versions = false
  @Option(
    help: ArgumentHelp(
      "The order: id, name, label, version or seen; a hyphen before it reverses it; default: id.", valueName: "word"))
  var sort: String?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceListReport) throws -> Void) throws {
    if let sort, !DeviceSort.texts.contains(sort) {
      throw Failure(.usage, "'\(sort)' is not an order", hint: "give \(DeviceSort.texts.joined(separator: ", "))")
    }
    let (conditions, group) = (try filter.conditions(in: environment), filter.group)
    let (behind, versions, sort) = (behind, versions, sort)
    let result = try platform.tasks(in: environment).run { platform in
      var query = try await DeviceFilterOptions.query(on: platform, conditions, group: group)
      if versions {
        let counts = try await platform.all("/manage/device-versions", query, as: VersionList.self)
        return DeviceListReport(devices: nil, versions: counts)
      }
      if behind { query.append(QueryItem("behind", "true")) }
      if let sort { query.append(QueryItem("sort", sort)) }
      return DeviceListReport(devices: try await platform.all("/manage/devices", query, as: DeviceList.self))
    }
    try report(result)
  }
}

/// Devices, or the number of devices of each version.
struct DeviceListReport: Report {
  var devices: [DeviceReply]?
  var versions: [VersionCountReply]?

  var lines: [String] {
    if let versions { return table(["VERSION", "DEVICES"], versions.map { [$0.version, "\($0.devices)"] }) }
    return DeviceTable(devices: devices ?? []).lines
  }
}

/// Devices, one on each line.
struct DeviceTable: Report {
  var devices: [DeviceReply]

  var lines: [String] {
    guard !devices.isEmpty else { return ["no devices"] }
    return table(
      ["ID", "NAME", "LABEL", "VERSION", "PLACE", "SIGNATURES", "SEEN", "OUTDATED SINCE", "TAGS"],
      devices.map { device in
        [
          "\(device.id)", device.name, device.label, device.version, device.place,
          device.isVerifying ? "verified" : "unverified", Date.text(device.seen),
          device.behindSince.map { Date.text($0) } ?? "", (device.tags ?? []).joined(separator: " "),
        ]
      })
  }
}

extension DeviceReply {
  /// The name of the group, or the placement.
  var place: String { groupName ?? placement.rawValue }
}

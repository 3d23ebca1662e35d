import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms

struct GroupCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "group", abstract: "List, show, create, rename and remove device groups.",
    subcommands: [
      GroupListCommand.self, GroupShowCommand.self, GroupCreateCommand.self, GroupRenameCommand.self,
      RemoveCommand<RemovableGroup>.self, GroupRuleCommand.self,
    ])
}

struct GroupListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the device groups.")

  @Option(help: ArgumentHelp("Only groups whose name contains this text.", valueName: "text")) var search: String?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (GroupTable) throws -> Void) throws {
    let query = search.map { [QueryItem("search", $0)] } ?? []
    try report(
      try platform.tasks(in: environment).run { platform in
        GroupTable(groups: try await platform.all("/manage/device-groups", query, as: DeviceGroupList.self))
      })
  }
}

struct GroupShowCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a device group: its versions and its rollouts.")

  @Argument(help: "The group, by id or name.") var group: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (GroupView) throws -> Void) throws {
    let name = group
    try report(
      try platform.tasks(in: environment).run { platform in
        let id = try await platform.deviceGroups(named: [name])[0]
        let query = [QueryItem("group", "\(id)")]
        return GroupView(
          group: try await platform.require(.get, "/manage/device-groups/\(id)", as: DeviceGroupReply.self),
          versions: try await platform.all("/manage/device-versions", query, as: VersionList.self),
          rollouts: try await platform.all("/manage/rollouts", query, as: RolloutList.self))
      })
  }
}

struct GroupCreateCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "create", abstract: "Create a device group.")

  @Argument(help: "The name of the group.") var name: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (GroupTable) throws -> Void) throws {
    if let warning = PlatformConnection.warning(naming: name, "group") { environment.warn(warning) }
    let request = DeviceGroupRequest(name: name)
    try report(
      try platform.tasks(in: environment).run { platform in
        GroupTable(groups: [
          try await platform.require(.post, "/manage/device-groups", request, as: DeviceGroupReply.self)
        ])
      })
  }
}

/// Device groups, one on each line.
struct GroupTable: Report {
  let groups: [DeviceGroupReply]

  var lines: [String] {
    guard !groups.isEmpty else { return ["no device groups"] }
    return table(["ID", "NAME", "DEVICES"], groups.map { ["\($0.id)", $0.name, "\($0.members)"] })
  }
}

/// A device group with the versions of its devices.
struct GroupView: Report {
  let group: DeviceGroupReply
  let versions: [VersionCountReply]
  let rollouts: [RolloutReply]

  var lines: [String] {
    ["device group \(group.id) '\(group.name)'", line("devices", "\(group.members)")]
      + (versions.isEmpty ? [] : table(["VERSION", "DEVICES"], versions.map { [$0.version, "\($0.devices)"] }))
      + RolloutTable(rollouts: rollouts).lines
  }
}

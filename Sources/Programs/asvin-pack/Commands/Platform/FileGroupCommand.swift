import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms

struct FileGroupCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "file-group", abstract: "List, show and remove file groups, and change the keys that they trust.",
    subcommands: [
      FileGroupListCommand.self, FileGroupShowCommand.self, FileGroupTrustCommand.self,
      RemoveCommand<RemovableFileGroup>.self,
    ])
}

struct FileGroupListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the file groups.")

  @Option(help: ArgumentHelp("Only groups whose name contains this text.", valueName: "text")) var search: String?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (FileGroupTable) throws -> Void) throws {
    let query = search.map { [QueryItem("search", $0)] } ?? []
    try report(
      try platform.tasks(in: environment).run { platform in
        FileGroupTable(groups: try await platform.all("/manage/file-groups", query, as: FileGroupList.self))
      })
  }
}

struct FileGroupShowCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a file group: the keys that it trusts, and its firmware.")

  @Argument(help: "The group, by id or name.") var group: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (FileGroupView) throws -> Void) throws {
    let name = group
    try report(
      try platform.tasks(in: environment).run { platform in
        let group = try await platform.fileGroup(name)
        return FileGroupView(
          group: group,
          firmware: try await platform.all("/manage/file-groups/\(group.id)/firmware", as: FirmwareList.self))
      })
  }
}

/// File groups, one on each line.
struct FileGroupTable: Report {
  let groups: [FileGroupReply]

  var lines: [String] {
    guard !groups.isEmpty else { return ["no file groups"] }
    return table(
      ["ID", "NAME", "FIRMWARE", "TRUSTED KEYS"],
      groups.map { ["\($0.id)", $0.name, "\($0.files)", "\($0.trust.count)"] })
  }
}

/// A file group with its keys and its firmware.
struct FileGroupView: Report {
  let group: FileGroupReply
  let firmware: [FirmwareReply]

  var lines: [String] {
    FileGroupTrustReport(group: group).lines + group.trust.flatMap { $0.split(separator: "\n").map { "  \($0)" } }
      + FirmwareTable(firmware: firmware).lines
  }
}

import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms

struct DeviceBulkCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "change", abstract: "Move, tag or remove all devices for which conditions hold.",
    discussion: """
      Without --yes, the devices are only counted. With --yes, they are changed if their number is still the same. One call \
      changes at most 20000 devices.
      """)

  @OptionGroup var filter: DeviceFilterOptions
  @Option(help: ArgumentHelp("Move the devices to this group.", valueName: "name")) var into: String?
  @Flag(help: "Remove the devices from their groups.") var ungroup = false
  @Flag(help: "Stop all updates for the devices.") var blacklist = false
  @Flag(help: "Place devices in the lobby by the rules of the workspace.") var byRule = false
  @Flag(help: "Remove the devices from the platform.") var remove = false
  @Option(parsing: .singleValue, help: ArgumentHelp("A tag to add. May be repeated.", valueName: "word"))
  var addTag: [String] = []
  @Option(parsing: .singleValue, help: ArgumentHelp("A tag to remove. May be repeated.", valueName: "word"))
  var removeTag: [String] = []
  @Flag(help: "Change the devices.") var yes = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (BulkReport) throws -> Void) throws {
    guard !filter.isEmpty else {
      throw Failure(.usage, "no condition is given", hint: "give one, for example --tag WORD or --group NAME")
    }
    let isTagged = !addTag.isEmpty || !removeTag.isEmpty
    guard [into != nil, ungroup, blacklist, byRule, remove, isTagged].filter({ $0 }).count == 1 else {
      throw Failure(
        .usage, "one change is needed",
        hint: "give --into NAME, --ungroup, --blacklist, --by-rule, --remove, or tags with --add-tag and --remove-tag")
    }
    let action: BulkAction = isTagged ? .tag : remove ? .remove : byRule ? .placeByRule : .place
    var request = BulkRequest(action, of: try filter.selection(in: environment))
    if action == .place { request.placement = ungroup ? .ungrouped : blacklist ? .blacklisted : .grouped }
    if isTagged { (request.addTags, request.removeTags) = (addTag, removeTag) }
    let (fixed, into, group, yes) = (request, into, filter.group, yes)
    try report(
      try platform.tasks(in: environment).run { platform in
        var request = fixed
        if let group { request.selection.group = try await platform.deviceGroups(named: [group])[0] }
        if let into { request.group = try await platform.deviceGroups(named: [into])[0] }
        let path = "/manage/device-changes"
        let counted = try await platform.require(.post, path, request, as: BulkReply.self)
        guard yes, counted.devices > 0 else { return BulkReport(result: counted, isDone: yes) }
        request.expected = counted.devices
        return BulkReport(result: try await platform.require(.post, path, request, as: BulkReply.self), isDone: true)
      })
  }
}

/// The number of devices, and of those that were changed.
struct BulkReport: Report {
  let result: BulkReply
  let isDone: Bool

  var lines: [String] {
    isDone
      ? ["\(result.changed) of \(result.devices) devices changed"]
      : ["\(result.devices) devices are selected; add --yes to change them"]
  }

  func encode(to encoder: any Encoder) throws { try result.encode(to: encoder) }
}

import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms

struct ObjectsCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "objects", abstract: "Find stored bundles that no firmware and no upload uses.",
    discussion: "The storage is shared by all workspaces of the server. The digests of at most 100 bundles are printed."
  )

  @Flag(help: "Remove them.") var remove = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (CollectionReport) throws -> Void) throws {
    let path = "/manage/objects/collect?remove=\(remove)"
    try report(
      try platform.tasks(in: environment).run { platform in
        CollectionReport(collection: try await platform.require(.post, path, as: CollectionReply.self))
      })
  }
}

/// The unused objects.
struct CollectionReport: Report {
  let collection: CollectionReply

  var lines: [String] {
    let (unused, all) = (collection.unused, collection.objects)
    return [
      "\(unused) of \(all) objects \(collection.isRemoved ? "were unused and are removed" : "are unused")",
      line("bytes", "\(collection.unusedBytes) of \(collection.bytes)"),
    ] + collection.digests.map { line("unused", $0) }
  }

  func encode(to encoder: any Encoder) throws { try collection.encode(to: encoder) }
}

struct RetentionCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "retention", abstract: "Show or change how long the platform keeps what has ended.")

  @Option(help: ArgumentHelp("Days for which an ended rollout is kept; default: 730.", valueName: "days"))
  var rollouts: Int?
  @Option(
    help: ArgumentHelp(
      "Days after the end of a rollout for which the records of its devices are kept; default: 365.", valueName: "days")
  )
  var records: Int?
  @Option(help: ArgumentHelp("Hours after its last byte for which an upload is kept; default: 24.", valueName: "hours"))
  var uploads: Int?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RetentionReport) throws -> Void) throws {
    let (rollouts, records, uploads) = (rollouts, records, uploads)
    try report(
      try platform.tasks(in: environment).run { platform in
        var times = try await platform.require(.get, "/manage/retention", as: RetentionMessage.self)
        if rollouts != nil || records != nil || uploads != nil {
          times = RetentionMessage(
            rolloutDays: rollouts ?? times.rolloutDays, recordDays: records ?? times.recordDays,
            uploadHours: uploads ?? times.uploadHours)
          times = try await platform.require(.put, "/manage/retention", times, as: RetentionMessage.self)
        }
        return RetentionReport(retention: times)
      })
  }
}

/// How long the platform keeps what has ended.
struct RetentionReport: Report {
  let retention: RetentionMessage

  var lines: [String] {
    [
      line("rollouts", "\(retention.rolloutDays) days after their end"),
      line("records", "\(retention.recordDays) days after the end of their rollout"),
      line("uploads", "\(retention.uploadHours) hours after their last byte"),
    ]
  }

  func encode(to encoder: any Encoder) throws { try retention.encode(to: encoder) }
}

struct GroupRenameCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "rename", abstract: "Rename a device group.")

  @Argument(help: "The group, by id or name.") var group: String
  @Argument(help: "The new name.") var name: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (GroupTable) throws -> Void) throws {
    let (group, request) = (group, DeviceGroupRequest(name: name))
    try report(
      try platform.tasks(in: environment).run { platform in
        let id = try await platform.deviceGroups(named: [group])[0]
        return GroupTable(groups: [
          try await platform.require(.put, "/manage/device-groups/\(id)", request, as: DeviceGroupReply.self)
        ])
      })
  }
}

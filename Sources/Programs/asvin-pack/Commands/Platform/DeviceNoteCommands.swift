import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms

struct DeviceLabelCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Change the name of a device that operators see.")

  @Argument(help: "The device, by id, name or label.") var device: String
  @Argument(help: "The new label.") var label: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceTable) throws -> Void) throws {
    let (name, change) = (device, DeviceChange(label: label))
    try report(
      try platform.tasks(in: environment).run { platform in
        DeviceTable(devices: try await platform.change(platform.devices([name]), change))
      })
  }
}

struct DeviceTagCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag", abstract: "Add tags to devices, or remove them.",
    discussion:
      "A tag is a word of letters, digits, dots, hyphens and underscores. Without --add and --remove, nothing changes.")

  @Argument(help: "The devices, by id, name or label.") var devices: [String]
  @Option(parsing: .singleValue, help: ArgumentHelp("A tag to add. May be repeated.", valueName: "word"))
  var add: [String] = []
  @Option(parsing: .singleValue, help: ArgumentHelp("A tag to remove. May be repeated.", valueName: "word"))
  var remove: [String] = []
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceTable) throws -> Void) throws {
    guard !add.isEmpty || !remove.isEmpty else {
      throw Failure(.usage, "no tags are given", hint: "give --add WORD or --remove WORD")
    }
    let (names, change) = (devices, DeviceChange(addTags: add, removeTags: remove))
    try report(
      try platform.tasks(in: environment).run { platform in
        DeviceTable(devices: try await platform.change(platform.devices(names), change))
      })
  }
}

extension PlatformConnection {
  fileprivate func change(_ devices: [DeviceReply], _ change: DeviceChange) async throws -> [DeviceReply] {
    var changed: [DeviceReply] = []
    for device in devices {
      changed.append(try await require(.patch, "/manage/devices/\(device.id)", change, as: DeviceReply.self))
    }
    return changed
  }
}

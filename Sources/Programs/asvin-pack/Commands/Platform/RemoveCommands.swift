import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms

/// Something that a command removes from a platform.
protocol Removable: SendableMetatype {
  static var abstract: String { get }
  static var discussion: String { get }
  static var what: String { get }
  /// Returns the path and the description of what a text names.
  static func find(_ text: String, on platform: PlatformConnection) async throws -> (path: String, words: String)
}

enum RemovableFirmware: Removable {
  static let abstract = "Delete firmware that was withdrawn and that no rollout uses."
  static let discussion = "Its bundle is removed by asvin-pack objects --remove."
  static let what = "firmware"

  static func find(_ text: String, on platform: PlatformConnection) async throws -> (path: String, words: String) {
    let firmware = try await platform.firmware(text)
    return ("/manage/firmware/\(firmware.id)", "firmware \(firmware.id) '\(firmware.name) \(firmware.version)'")
  }
}

enum RemovableFileGroup: Removable {
  static let abstract = "Delete a file group without firmware."
  static let discussion = ""
  static let what = "file group"

  static func find(_ text: String, on platform: PlatformConnection) async throws -> (path: String, words: String) {
    let group = try await platform.fileGroup(text)
    return ("/manage/file-groups/\(group.id)", "file group \(group.id) '\(group.name)'")
  }
}

enum RemovableGroup: Removable {
  static let abstract = "Delete a device group without devices and without open rollouts."
  static let discussion = ""
  static let what = "device group"

  static func find(_ text: String, on platform: PlatformConnection) async throws -> (path: String, words: String) {
    let id = try await platform.deviceGroups(named: [text])[0]
    return ("/manage/device-groups/\(id)", "device group \(id) '\(text)'")
  }
}

enum RemovableRollout: Removable {
  static let abstract = "Delete ended rollouts and the records of their devices."
  static let discussion = "Without this command, the retention of the workspace removes them."
  static let what = "rollout"

  static func find(_ text: String, on platform: PlatformConnection) async throws -> (path: String, words: String) {
    let rollout = try await platform.rollout(text)
    return ("/manage/rollouts/\(rollout.id)", "rollout \(rollout.id) '\(rollout.name)'")
  }
}

/// A command that removes things from a platform.
struct RemoveCommand<Kind: Removable>: ReportingCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "remove", abstract: Kind.abstract, discussion: Kind.discussion)
  }

  @Argument(help: "What to remove, by id or name.") var names: [String]
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RemovalReport) throws -> Void) throws {
    let names = names
    try report(
      try platform.tasks(in: environment).run { platform in
        // All names are found before anything is removed.
        var found: [(path: String, words: String)] = []
        for name in names { found.append(try await Kind.find(name, on: platform)) }
        for item in found { _ = try await platform.ask(.delete, item.path, as: DeviceReply.self) }
        return RemovalReport(removed: found.map(\.words))
      })
  }
}

/// What was removed, one on each line.
struct RemovalReport: Report {
  let removed: [String]

  var lines: [String] { removed.map { "removed \($0)" } }
}

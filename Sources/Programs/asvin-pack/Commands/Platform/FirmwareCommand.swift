import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct FirmwareCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "firmware", abstract: "List, show, fetch, promote, withdraw and remove published firmware.",
    subcommands: [
      FirmwareListCommand.self, FirmwareShowCommand.self, FirmwareFetchCommand.self, FirmwarePromoteCommand.self,
      FirmwareWithdrawCommand.self, RemoveCommand<RemovableFirmware>.self,
    ])
}

struct FirmwareListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the firmware.")

  @Option(help: ArgumentHelp("Only firmware in this file group.", valueName: "name")) var fileGroup: String?
  @Option(help: ArgumentHelp("Only this version.", valueName: "text")) var fwVersion: String?
  @Option(help: ArgumentHelp("Only firmware whose name contains this text.", valueName: "text")) var search: String?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (FirmwareTable) throws -> Void) throws {
    let group = fileGroup
    let query = [fwVersion.map { QueryItem("version", $0) }, search.map { QueryItem("search", $0) }].compactMap { $0 }
    try report(
      try platform.tasks(in: environment).run { platform in
        let path = try await group.mapAsync { "/manage/file-groups/\(try await platform.fileGroup($0).id)/firmware" }
        return FirmwareTable(
          firmware: try await platform.all(path ?? "/manage/firmware", query, as: FirmwareList.self))
      })
  }
}

extension Optional where Wrapped: Sendable {
  fileprivate func mapAsync<Other>(_ body: (Wrapped) async throws -> Other) async rethrows -> Other? {
    guard let self else { return nil }
    return try await body(self)
  }
}

struct FirmwareShowCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show firmware and the rollouts that use it.")

  @Argument(help: "The firmware: its id, or its name and version such as blink:1.0.0.") var firmware: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (FirmwareView) throws -> Void) throws {
    let text = firmware
    try report(
      try platform.tasks(in: environment).run { platform in
        let firmware = try await platform.firmware(text)
        let query = [QueryItem("firmware", "\(firmware.id)")]
        return FirmwareView(
          firmware: firmware, rollouts: try await platform.all("/manage/rollouts", query, as: RolloutList.self))
      })
  }
}

struct FirmwareFetchCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Download a bundle as it was published.",
    discussion: "The digest of the bundle is checked. Run asvin-pack verify to check its signature.")

  @Argument(help: "The firmware: its id, or its name and version such as blink:1.0.0.") var firmware: String
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file; default: the name and version.", valueName: "file"),
    completion: .file())
  var output: String?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (FetchReport) throws -> Void) throws {
    let (text, output) = (firmware, output)
    try report(
      try platform.tasks(in: environment).run { platform in
        let firmware = try await platform.firmware(text)
        let file = output ?? "\(firmware.name)-\(firmware.version).asvin"
        let size = try await platform.fetch(bundleOf: firmware, to: file)
        return FetchReport(firmware: firmware, file: file, size: size)
      })
  }
}

/// Firmware, one on each line.
struct FirmwareTable: Report {
  let firmware: [FirmwareReply]

  var lines: [String] {
    guard !firmware.isEmpty else { return ["no firmware"] }
    return table(
      ["ID", "NAME", "VERSION", "SEQUENCE", "FILE GROUP", "SIZE", "STATE", "PUBLISHED", "CLASS"],
      firmware.map { item in
        [
          "\(item.id)", item.name, item.version, item.sequence.map { "\($0)" } ?? "",
          item.fileGroupName ?? "\(item.fileGroup)", "\(item.size)", item.state,
          item.published.map { Date.text($0) } ?? "", item.deviceClass ?? "",
        ]
      })
  }
}

extension FirmwareReply {
  /// Whether a rollout uses the firmware, or it was withdrawn.
  fileprivate var state: String { withdrawn != nil ? "withdrawn" : isUsed ? "in use" : "unused" }
}

/// Firmware and the rollouts that use it.
struct FirmwareView: Report {
  let firmware: FirmwareReply
  let rollouts: [RolloutReply]

  var lines: [String] {
    var lines = [
      "firmware \(firmware.id) '\(firmware.name) \(firmware.version)'",
      line("file group", "\(firmware.fileGroup) '\(firmware.fileGroupName ?? "")'"),
    ]
    if let published = firmware.published { lines.append(line("published", Date.text(published))) }
    if let withdrawn = firmware.withdrawn { lines.append(line("withdrawn", Date.text(withdrawn))) }
    if let sequence = firmware.sequence { lines.append(line("sequence", "\(sequence)")) }
    if let deviceClass = firmware.deviceClass { lines.append(line("class", deviceClass)) }
    if let release = firmware.release { lines.append(line("manifest", release)) }
    if let bundle = firmware.bundle { lines.append(line("bundle", bundle)) }
    return lines + [line("image", "\(firmware.size) bytes, \(firmware.digest)")]
      + (rollouts.isEmpty ? ["no rollouts"] : RolloutTable(rollouts: rollouts).lines)
  }
}

/// A downloaded bundle.
struct FetchReport: Report {
  let firmware: FirmwareReply
  let file: String
  let size: UInt64

  var lines: [String] { ["wrote \(file): \(firmware.name) \(firmware.version), \(size) bytes"] }
}

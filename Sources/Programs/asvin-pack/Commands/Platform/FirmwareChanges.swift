import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct FirmwareWithdrawCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Stop offering firmware: its rollouts are aborted.",
    discussion: "Withdrawn firmware cannot be offered again. Publish a release with a higher sequence number instead.")

  @Argument(help: "The firmware: its id, or its name and version such as blink:1.0.0.") var firmware: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (WithdrawalReport) throws -> Void) throws {
    let text = firmware
    try report(
      try platform.tasks(in: environment).run { platform in
        let firmware = try await platform.firmware(text)
        return WithdrawalReport(
          withdrawal: try await platform.require(
            .post, "/manage/firmware/\(firmware.id)/withdraw", as: WithdrawalReply.self))
      })
  }
}

struct FirmwarePromoteCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Add published firmware to another file group.",
    discussion: "The keys of that group must have signed the bundle. No bytes are moved.")

  @Argument(help: "The firmware: its id, or its name and version such as blink:1.0.0.") var firmware: String
  @Option(help: ArgumentHelp("The file group.", valueName: "name")) var into: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (FirmwareTable) throws -> Void) throws {
    let (text, into) = (firmware, into)
    try report(
      try platform.tasks(in: environment).run { platform in
        let firmware = try await platform.firmware(text)
        let request = PromotionRequest(fileGroup: try await platform.fileGroup(into).id)
        let reply = try await platform.require(
          .post, "/manage/firmware/\(firmware.id)/promote", request, as: PublicationReply.self)
        return FirmwareTable(firmware: [reply.firmware])
      })
  }
}

/// Withdrawn firmware.
struct WithdrawalReport: Report {
  let withdrawal: WithdrawalReply

  var lines: [String] {
    let firmware = withdrawal.firmware
    return ["firmware \(firmware.id) '\(firmware.name) \(firmware.version)' is withdrawn"]
      + withdrawal.aborted.map { line("aborted", "rollout \($0)") }
  }

  func encode(to encoder: any Encoder) throws { try withdrawal.encode(to: encoder) }
}

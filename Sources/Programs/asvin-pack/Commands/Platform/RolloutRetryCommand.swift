import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import AsvinRelease

struct RolloutRetryCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Let devices that failed or stalled try again when the open wave has a place for them.",
    discussion: "A rollout that has stopped continues after: asvin-pack rollout resume ROLLOUT.")

  @Argument(help: "The rollout's id or name.") var rollout: String
  @Argument(help: "Ids, names or labels of devices; default: every device that failed or stalled.")
  var devices: [String] = []
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RolloutView) throws -> Void) throws {
    let (name, devices) = (rollout, devices)
    let changed = try platform.tasks(in: environment).run { platform in
      let rollout = try await platform.rollout(name)
      let chosen = devices.isEmpty ? nil : try await platform.devices(devices).map(\.id)
      return try await platform.require(
        .post, "/manage/rollouts/\(rollout.id)/retry", RetryRequest(devices: chosen), as: RolloutReply.self)
    }
    try report(RolloutView(rollout: changed, devices: []))
  }
}

struct RolloutRecallCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "recall",
    abstract: "Withdraw a rollout from the devices that have not installed it, and show how the others go back.",
    discussion: """
      The rollout is aborted: no device begins or downloads, and a device that has downloaded discards the bytes. A device \
      that has installed the release never accepts a lower sequence number. It goes back with the earlier firmware, signed \
      again with a higher sequence number, in a new rollout.
      """)

  @Argument(help: "The rollout's id or name.") var rollout: String
  @Flag(help: "Recall without a question.") var yes = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RecallView) throws -> Void) throws {
    let (name, isSure) = (rollout, yes)
    let changed = try platform.tasks(in: environment).run { platform in
      let rollout = try await platform.rollout(name)
      if !isSure {
        guard let answer = environment.confirm("recall rollout \(rollout.id) '\(rollout.name)'?") else {
          throw Failure(
            .usage, "there is no terminal to ask whether the rollout may be recalled",
            hint: "add --yes to recall it without a question")
        }
        guard answer else { throw Failure(.failed, "the rollout was not recalled", hint: "answer y to recall it") }
      }
      return try await platform.require(.post, "/manage/rollouts/\(rollout.id)/abort", as: RolloutReply.self)
    }
    try report(RecallView(rollout: changed))
  }
}

/// A rollout that was recalled, and the way back for devices that have installed it.
struct RecallView: Report {
  let rollout: RolloutReply

  var lines: [String] {
    let (tally, files) = (rollout.tally, rollout.fileGroup ?? "GROUP")
    let groups = (rollout.groupNames ?? []).map { "--group '\($0)'" }.joined(separator: " ")
    let withdrawn = tally.offered + tally.downloading + tally.queued
    let installed = tally.confirmed + tally.installed + tally.stalled
    let result = [
      "rollout \(rollout.id) '\(rollout.name)' is \(rollout.phase.rawValue)",
      line("withdrawn", "from \(withdrawn) devices that had not installed it"),
      line(
        "installed",
        "on up to \(installed) devices: \(tally.confirmed) confirmed, \(tally.installed) installed, "
          + "\(tally.stalled) stalled"),
    ]
    guard installed > 0 else { return result }
    return result + [
      "They go back with the earlier image under a higher sequence number:",
      "  asvin-pack sign IMAGE --fw-version VERSION --sequence NUMBER",
      "  asvin-pack publish BUNDLE --group '\(files)'",
      "  asvin-pack rollout create NAME --file-group '\(files)' --fw-version VERSION \(groups) --immediately",
    ]
  }
}

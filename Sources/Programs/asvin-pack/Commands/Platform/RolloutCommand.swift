import FoundationEssentials
import AsvinVerifier
import AsvinHost
import ArgumentParser
import AsvinPlatformAPI
import AsvinPrograms
import AsvinPlatformClient
import AsvinRelease

struct RolloutCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "rollout",
    abstract: "Roll out published firmware to device groups, and manage rollouts.",
    subcommands: [
      RolloutCreateCommand.self, RolloutListCommand.self, RolloutShowCommand.self, RolloutAction<StartRollout>.self,
      RolloutAction<PauseRollout>.self, RolloutAction<ResumeRollout>.self, RolloutAction<FinishRollout>.self,
      RolloutAction<AbortRollout>.self, RolloutSwitch<DisableRollout>.self, RolloutSwitch<EnableRollout>.self,
      RolloutAction<ApproveRollout>.self, RolloutRetryCommand.self, RolloutRecallCommand.self,
      RemoveCommand<RemovableRollout>.self,
    ])
}

struct RolloutListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the rollouts.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RolloutTable) throws -> Void) throws {
    let rollouts = try platform.tasks(in: environment).run { platform in
      try await platform.all("/manage/rollouts", as: RolloutList.self)
    }
    try report(RolloutTable(rollouts: rollouts))
  }
}

struct RolloutShowCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a rollout and its devices.")

  @Argument(help: "The rollout's id or name.") var rollout: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RolloutView) throws -> Void) throws {
    let name = rollout
    let view = try platform.tasks(in: environment).run { platform in
      let rollout = try await platform.rollout(name)
      let devices = try await platform.all("/manage/rollouts/\(rollout.id)/devices", as: RolloutDeviceList.self)
      return RolloutView(rollout: rollout, devices: devices)
    }
    try report(view)
  }
}

/// A change of the state of a rollout.
protocol RolloutChange {
  static var name: String { get }
  static var abstract: String { get }
}

enum StartRollout: RolloutChange {
  static let name = "start"
  static let abstract = "Start a planned rollout now."
}

enum PauseRollout: RolloutChange {
  static let name = "pause"
  static let abstract = "Pause a rollout. Devices do not begin or download. Reports of success and failure still count."
}

enum ResumeRollout: RolloutChange {
  static let name = "resume"
  static let abstract =
    "Resume a rollout. Forgives each failure so far, and adds a seat to its wave for another device."
}

enum FinishRollout: RolloutChange {
  static let name = "finish"
  static let abstract = "Finish a rollout in its present state."
}

enum AbortRollout: RolloutChange {
  static let name = "abort"
  static let abstract = "Abort a rollout. Devices that have begun do not receive more of it."
}

enum DisableRollout: RolloutChange {
  static let name = "disable"
  static let abstract = "Disable a rollout in all of its groups, or in one, until it is enabled."
}

enum EnableRollout: RolloutChange {
  static let name = "enable"
  static let abstract =
    "Enable a rollout that was disabled. Groups in which an immediate rollout disabled it before are enabled with --group."
}

enum ApproveRollout: RolloutChange {
  static let name = "approve"
  static let abstract =
    "Approve the planned rollout of another token's owner. It starts at once if its start time has passed."
}

/// A command that changes the state of a rollout.
struct RolloutAction<Change: RolloutChange>: ReportingCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: Change.name, abstract: Change.abstract)
  }

  @Argument(help: "The rollout's id or name.") var rollout: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RolloutView) throws -> Void) throws {
    let (name, action) = (rollout, Change.name)
    let changed = try platform.tasks(in: environment).run { platform in
      let rollout = try await platform.rollout(name)
      return try await platform.require(.post, "/manage/rollouts/\(rollout.id)/\(action)", as: RolloutReply.self)
    }
    try report(RolloutView(rollout: changed, devices: []))
  }
}

/// A command that disables or enables a rollout.
struct RolloutSwitch<Change: RolloutChange>: ReportingCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: Change.name, abstract: Change.abstract)
  }

  @Argument(help: "The rollout's id or name.") var rollout: String
  @Option(help: ArgumentHelp("Only in this device group, by id or name.", valueName: "group")) var group: String?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RolloutView) throws -> Void) throws {
    let (name, group, action) = (rollout, group, Change.name)
    let changed = try platform.tasks(in: environment).run { platform in
      let rollout = try await platform.rollout(name)
      var path = "/manage/rollouts/\(rollout.id)/\(action)"
      if let group { path += "?group=\(try await platform.deviceGroups(named: [group])[0])" }
      return try await platform.require(.post, path, as: RolloutReply.self)
    }
    try report(RolloutView(rollout: changed, devices: []))
  }
}

/// Rollouts, one on each line.
struct RolloutTable: Report {
  let rollouts: [RolloutReply]

  var lines: [String] {
    guard !rollouts.isEmpty else { return ["no rollouts"] }
    return table(
      ["ID", "NAME", "FIRMWARE", "GROUPS", "PHASE", "PRIORITY", "DEVICES", "DONE", "FAILED", "STALLED", "AUTHOR"],
      rollouts.map { rollout in
        [
          "\(rollout.id)", rollout.name, rollout.firmwareVersion ?? "\(rollout.firmware)",
          (rollout.groupNames ?? rollout.groups.map { "\($0)" }).joined(separator: ", "), rollout.phaseText,
          rollout.priority.rawValue, "\(rollout.members)",
          "\(rollout.done ?? rollout.tally.confirmed + rollout.tally.skipped)", "\(rollout.tally.failed)",
          "\(rollout.tally.stalled)", rollout.maintainer,
        ]
      })
  }
}

/// A rollout and the progress of its devices.
struct RolloutView: Report {
  let rollout: RolloutReply
  let devices: [RolloutDeviceReply]

  var lines: [String] {
    let tally = rollout.tally
    var lines = [
      "rollout \(rollout.id) '\(rollout.name)' is \(rollout.phase.rawValue)\(rollout.isDisabled ? ", disabled" : "")"
    ]
    if let waits = rollout.waits { lines.append(line("waits", waits)) }
    if let groups = rollout.disabledGroups {
      lines.append(line("disabled", "in device groups \(groups.map { "\($0)" }.joined(separator: ", "))"))
    }
    lines += RolloutPlanText.lines(of: rollout)
    if let started = rollout.started { lines.append(line("started", Date.text(started))) }
    lines.append(
      line(
        "states",
        "\(tally.confirmed) confirmed, \(tally.installed) installed, \(tally.downloading) downloading, "
          + "\(tally.offered) offered, \(tally.failed) failed, \(tally.stalled) stalled, \(tally.queued) queued, \(tally.skipped) already had it"
      ))
    guard !devices.isEmpty else { return lines }
    return lines
      + table(
        ["DEVICE", "NAME", "STATE", "FAILURES", "REASON"],
        devices.map { device in
          [
            "\(device.device)", device.name,
            device.state == .downloading ? "downloading \(device.progress) %" : device.state.rawValue,
            "\(device.failures)",
            UInt8(exactly: device.reason).flatMap { Reason(rawValue: $0) }.map { "\($0.name)" } ?? "",
          ]
        })
  }
}

extension RolloutReply {
  /// The phase, and the condition that the rollout waits for.
  fileprivate var phaseText: String {
    guard !isDisabled else { return "disabled" }
    return waits.map { "\(phase.rawValue), waits: \($0)" } ?? phase.rawValue
  }
}

extension DisplacedRollout {
  /// The disabled rollout, for a line.
  var text: String {
    "rollout \(id) '\(name)' in device groups \(groups.map { "\($0)" }.joined(separator: ", "))"
  }
}

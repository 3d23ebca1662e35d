import AsvinPrograms
import AsvinBundle
import AsvinHost
import ArgumentParser
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinRelease
import FoundationEssentials

struct RolloutCreateCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Roll out firmware to device groups.",
    discussion: """
      Without --wave, all devices update at once. With --wave 1 --wave 10%, one device updates first. The next wave opens when \
      enough devices of a wave have succeeded for the soak time, and the rollout stops when too many have failed. The command \
      shows the plan and asks before it starts; --yes starts without a question. Durations are numbers of seconds, or such as \
      90s, 15m, 2h, 3d; 0 means without a limit.
      """)

  @Argument(help: ArgumentHelp("The name of the rollout.", valueName: "name"))
  var name: String

  @Option(help: ArgumentHelp("The file group of the firmware; default: the group of the project.", valueName: "name"))
  var fileGroup: String?

  @Option(help: ArgumentHelp("The version of the firmware; default: the highest.", valueName: "text"))
  var fwVersion: String?

  @Option(help: ArgumentHelp("The id of the firmware, instead of a version.", valueName: "id"))
  var firmware: Int64?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("The class of the firmware; default: the class of the devices in the groups.", valueName: "name")
  )
  var deviceClass: String?

  @Option(help: ArgumentHelp("The vendor of the class; default: the vendor of the project.", valueName: "domain"))
  var vendor: String?

  @Option(
    name: .customLong("group"), parsing: .singleValue,
    help: ArgumentHelp("A target device group. May be repeated.", valueName: "name"))
  var groups: [String]

  @Flag(help: "Update every device at once, and disable all other rollouts of these groups.")
  var immediately = false

  @Option(
    name: .customLong("wave"), parsing: .singleValue,
    help: ArgumentHelp(
      "The number or percentage of devices in this wave and the waves before it. May be repeated.",
      valueName: "number"))
  var waves: [String] = []

  @Option(
    help: ArgumentHelp(
      "Percentage of a wave that must succeed before the next wave opens; default: 100.", valueName: "percent"))
  var success: Int?

  @Option(
    help: ArgumentHelp("Percentage of failures in a wave that stops the rollout; default: 10.", valueName: "percent")
  )
  var failures: Int?

  @Flag(help: "Let no number of failures stop the rollout.")
  var noFailureLimit = false

  @Option(help: ArgumentHelp("Number of retries of a device that failed; default: 0.", valueName: "number"))
  var retries: Int?

  @Option(
    help: ArgumentHelp("Time of day in which devices may begin, UTC, for example 22:00-04:00.", valueName: "window"))
  var window: String?

  @OptionGroup var timing: RolloutTimingOptions

  @Flag(
    help:
      "Count a device when it has written the firmware, not when it runs it. asvin's own clients report only the writing."
  )
  var installedIsSuccess = false

  @Flag(help: "Keep the rollout open after every device is done, for devices that join later.")
  var keepOpen = false

  @Option(help: ArgumentHelp("Start time: now, never, or a time such as 2026-12-01T10:00:00Z.", valueName: "time"))
  var start = "now"

  @Flag(help: "Start without a question.")
  var yes = false

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RolloutView) throws -> Void) throws {
    let project = try ProjectFile.find(in: environment)
    let choice = try firmwareChoice(project)
    let (batch, time, startsNow) = (try batch(), try time(), start == "now")
    let (times, needsApproval) = (try timing.times(), timing.approval)
    let asks = !yes && start != "never"
    if let warning = PlatformConnection.warning(naming: name, "rollout") { environment.warn(warning) }
    let (name, groups) = (name, groups)
    let priority = immediately ? Priority.immediately : .batch
    let rollout = try platform.tasks(in: environment).run { platform in
      let groups = try await platform.deviceGroups(named: groups)
      let chosen: Int64
      switch choice {
      case .id(let id): chosen = id
      case .search(let choice): chosen = try await platform.firmware(choice, for: groups)
      }
      var request = RolloutRequest(
        name: name, firmware: chosen, groups: groups, priority: priority, batch: batch, start: time, times: times,
        needsApproval: needsApproval ? true : nil)
      var waits = needsApproval
      if startsNow, !waits { waits = try await platform.demandsApproval() }
      if startsNow, waits {
        // The rollout is due at once, and starts when it is approved.
        request.start = Int64(Date.now.timeIntervalSince1970)
      }
      if asks {
        let plan = try await platform.require(.post, "/manage/rollout-previews", request, as: RolloutReply.self)
        try environment.approve(plan)
      }
      let planned = try await platform.require(.post, "/manage/rollouts", request, as: RolloutReply.self)
      if startsNow { for displaced in planned.disables ?? [] { environment.warn("this disables \(displaced.text)") } }
      // A rollout that waits for an approval starts by itself then.
      guard startsNow, planned.needsApproval != true else { return planned }
      do {
        return try await platform.require(.post, "/manage/rollouts/\(planned.id)/start", as: RolloutReply.self)
      } catch let failure as Failure {
        throw Failure(
          failure.kind, "rollout \(planned.id) is planned and was not started: \(failure.message)",
          hint: failure.hint ?? "start it with: asvin-pack rollout start \(planned.id)", reason: failure.reason)
      }
    }
    try report(RolloutView(rollout: rollout, devices: []))
  }

  private enum Chosen {
    case id(Int64)
    case search(FirmwareChoice)
  }

  private func firmwareChoice(_ project: ProjectFile) throws(Failure) -> Chosen {
    if let firmware {
      guard firmware > 0 else {
        throw Failure(.usage, "\(firmware) is not a firmware's id", hint: "give a number above 0")
      }
      guard fwVersion == nil, deviceClass == nil, fileGroup == nil else {
        throw Failure(
          .usage, "--firmware already identifies the firmware",
          hint: "leave out --fw-version, --class and --file-group, or --firmware")
      }
      return .id(firmware)
    }
    guard let fileGroup = fileGroup ?? project.group else {
      throw Failure(.usage, "no file group is given", hint: "give one with --file-group NAME")
    }
    var choice = FirmwareChoice(fileGroup: fileGroup, version: fwVersion)
    if let deviceClass {
      guard let vendor = vendor ?? project.vendor else {
        throw Failure(
          .usage, "--class needs --vendor", hint: "name the vendor of the class, for example --vendor example.com")
      }
      choice.deviceClass = try DeviceClass(vendor: vendor, name: deviceClass).classID
    }
    return .search(choice)
  }

  private func batch() throws -> BatchMessage? {
    let isGiven =
      !waves.isEmpty || success != nil || failures != nil || retries != nil || window != nil || installedIsSuccess
      || keepOpen || noFailureLimit || timing.isForWaves
    guard !immediately else {
      guard !isGiven else {
        throw Failure(
          .usage, "--immediately cannot be used with waves",
          hint: "leave out --immediately, or the options of the waves")
      }
      return nil
    }
    guard failures == nil || !noFailureLimit else {
      throw Failure(
        .usage, "--failures and --no-failure-limit exclude each other", hint: "leave out one of the two options")
    }
    try RolloutNumbers(waves: waves, success: success, failures: failures, retries: retries).check()
    return BatchMessage(
      waves: waves, successThreshold: success, failureThreshold: noFailureLimit ? nil : failures ?? 10,
      retries: retries,
      window: try dailyWindow(), success: installedIsSuccess ? .installed : .confirmed, endsWhenDone: !keepOpen,
      soak: try timing.soak(hasWaves: !waves.isEmpty), atOnce: timing.atOnce,
      bytesPerSecond: try timing.bytesPerSecond(),
      stalled: timing.stalled)
  }

  private func dailyWindow() throws -> WindowMessage? {
    let days = try timing.weekdays()
    guard let window else {
      guard days == nil, !timing.deviceTime else {
        throw Failure(
          .usage, "--days and --device-time need --window",
          hint: "add the time of day, for example --window 22:00-04:00")
      }
      return nil
    }
    guard let (from, until) = RolloutNumbers.window(window) else {
      throw Failure(
        .usage, "'\(window)' is not a part of a day",
        hint: "give two times from 00:00 to 23:59, UTC, for example 22:00-04:00")
    }
    return WindowMessage(from: from, until: until, days: days, isDeviceTime: timing.deviceTime ? true : nil)
  }

  private func time() throws -> Int64? {
    if start == "now" || start == "never" { return nil }
    let date: Date
    do {
      date = try Date(start, strategy: .iso8601)
    } catch {
      throw Failure(
        .usage, "'\(start)' is not a time", hint: "write now, never, or a time such as 2026-12-01T10:00:00Z")
    }
    guard date > .now else {
      throw Failure(.usage, "'\(start)' is in the past", hint: "write now, or a future time, UTC")
    }
    return Int64(date.timeIntervalSince1970)
  }
}

extension Environment {
  /// Shows a plan and asks whether it may begin.
  ///
  /// - Throws: ``Failure`` unless the user agrees.
  fileprivate func approve(_ plan: RolloutReply) throws(Failure) {
    RolloutPlanText.lines(of: plan).forEach { CommandProgram.say($0) }
    switch confirm(plan.needsApproval == true ? "plan this rollout?" : "begin this rollout?") {
    case true?: return
    case false?: throw Failure(.failed, "the rollout was not created", hint: "change its options, or answer y")
    case nil:
      throw Failure(
        .usage, "there is no terminal to ask whether the rollout may begin",
        hint: "add --yes to begin without a question, or --start never to plan it only")
    }
  }
}

extension PlatformConnection {
  /// Whether every rollout of the workspace needs an approval.
  fileprivate func demandsApproval() async throws -> Bool {
    try await require(.get, "/manage/settings", as: SettingsMessage.self).approval
  }
}

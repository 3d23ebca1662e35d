import AsvinHost
import ArgumentParser
import AsvinAgent
import AsvinPrograms
import AsvinPlatformClient
import FoundationEssentials

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Poll the platform and install updates.",
    discussion: """
      The next start of the device runs an installed release as a trial, and only that start confirms it. --restart is a command \
      that restarts the device. When it succeeds, the agent exits, and the service manager or the start-up of the device \
      runs the agent again. A --restart that fails is run again, and the update stays pending. Without --restart, the agent \
      exits after an installation, and the next start of the agent is the trial.

      --check is a command that decides whether a release works. Exit code 0 confirms the release. If the command fails or \
      takes longer than --check-timeout, the device reverts to the previous release. Without --check, a release works if the \
      agent starts and its images on the disk are intact.

      /bin/sh runs both commands with ASVIN_IMAGE, ASVIN_SIZE and ASVIN_DIGEST of the first image (and the same with \
      _SLOT for each slot), ASVIN_VERSION, ASVIN_SEQUENCE, ASVIN_RELEASE (SHA-256 of the manifest), ASVIN_SLOT and \
      ASVIN_BANK (the bank, a or b), ASVIN_FOLDER and ASVIN_REASON (update, or return for the previous release).

      If ASVIN_ENROLMENT_TOKEN is set, or ASVIN_CUSTOMER_KEY and ASVIN_DEVICE_KEY, a device that an operator has removed \
      from the platform enrols again.
      """)

  @Argument(help: "The device's folder.") var folder: String
  @Flag(help: "Poll once and exit.") var once = false
  @Option(
    help: ArgumentHelp(
      "Seconds between polls, 1 to 604800; default: the platform decides.", valueName: "seconds"),
    transform: Bounds.seconds(1...Bounds.week)) var interval: Double?
  @Option(help: ArgumentHelp("A command that decides whether a release works.", valueName: "command"))
  var check: String?
  @Option(
    help: ArgumentHelp("Seconds that --check may take, 1 to 86400.", valueName: "seconds"),
    transform: Bounds.seconds(1...86_400)) var checkTimeout = 60.0
  @Option(help: ArgumentHelp("A command that restarts the device.", valueName: "command")) var restart: String?
  @Option(
    help: ArgumentHelp("Seconds that --restart may take, 1 to 86400.", valueName: "seconds"),
    transform: Bounds.seconds(1...86_400)) var restartTimeout = 300.0
  @Option(
    help: ArgumentHelp(
      "The bank that the boot loader has started, a or b. An update in the other bank is then not confirmed.",
      valueName: "bank")) var running: RunningBank?
  @OptionGroup var authority: AuthorityOption

  func run() async throws {
    let folder = DeviceFolder(folder)
    let authorities = try authority.bytes()
    let (once, interval, hooks) = (once, interval, hooks(folder))
    let address = try await Retrying.run(unless: once, hooks.log) { try folder.identity() }.platform
    try await PlatformConnection.with(address, authorities: authorities) { platform in
      let agent = try await Retrying.run(unless: once, hooks.log) {
        try DeviceAgent(folder, on: platform, hooks: hooks)
      }
      guard once else { return try await agent.run(every: interval) }
      let started = try await agent.start()
      if started != .nothing { print(started.line) }
      guard started == .nothing || started.isUpdate else { return try started.end() }
      let outcome = try await agent.poll()
      print(outcome.line)
      try outcome.end()
    }
  }

  private func hooks(_ folder: DeviceFolder) -> DeviceHooks {
    let check = check.map { HookCommand(command: $0, timeout: checkTimeout) }
    let restart = restart.map { HookCommand(command: $0, timeout: restartTimeout) }
    let keys = EnrolmentKeys(ProcessInfo.processInfo.environment)
    var hooks = DeviceHooks(running: running?.rawValue, keys: keys, log: { CommandProgram.say("asvin-device: \($0)") })
    if let check { hooks.check = { await check.run($0, in: folder.path) } }
    if let restart { hooks.restart = { await restart.run($0, in: folder.path) } }
    return hooks
  }
}

/// A bank on the command line.
enum RunningBank: String, ExpressibleByArgument, CaseIterable {
  case a
  case b
}

extension DeviceAgent.Outcome {
  fileprivate var isUpdate: Bool { if case .updated = self { true } else { false } }

  fileprivate var line: String {
    switch self {
    case .nothing: "nothing to do"
    case .updated(let version): "runs \(version)"
    case .reverted(let version): "reverted \(version)"
    case .failed(let code): "could not install a release, reason \(code)"
    case .pending(let version): "\(version) is pending; the next start tries it"
    case .waiting(let version, _): "\(version) waits for a restart"
    case .withdrawn(let version): "\(version) was withdrawn by the platform"
    }
  }

  /// Throws if a hook failed, so that a run of one poll exits with an error.
  fileprivate func end() throws {
    guard case .waiting(let version, let why) = self else { return }
    throw Failure(
      .failed, "cannot restart the device for \(version): --restart failed: \(why)",
      hint: "the next run tries it again")
  }
}

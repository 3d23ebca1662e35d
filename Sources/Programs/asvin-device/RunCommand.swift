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

      --allow is a command that decides whether an installation may begin now. Before each one, the release is verified and \
      nothing is fetched. If the command fails, the device is offered the release again after --postpone seconds, which does \
      not count as a failure.

      --activate, --mark-good and --is-running connect a boot loader. --is-running is run at each start for both banks, and \
      only a release that really runs is confirmed. Without it, a device with --slot reads asvin.bank=a or asvin.bank=b on \
      the kernel's command line, or compares its root file system with its places. --activate is run for an installed release, \
      and for the previous one if a trial fails (ASVIN_REASON=return). --mark-good is run after --check and before the \
      release is confirmed, and at each later start. A hook that fails or takes too long confirms nothing.

      /bin/sh runs the commands with ASVIN_HOOK (the option's name), ASVIN_TIMEOUT in seconds, ASVIN_IMAGE, ASVIN_SIZE and ASVIN_DIGEST of the first image (and the same with \
      _SLOT for each slot), ASVIN_VERSION, ASVIN_SEQUENCE, ASVIN_RELEASE (SHA-256 of the manifest), ASVIN_SLOT and \
      ASVIN_BANK (the bank, a or b), ASVIN_FOLDER and ASVIN_REASON (update, or return for the previous release).

      If ASVIN_ENROLMENT_TOKEN is set, or ASVIN_CUSTOMER_KEY and ASVIN_DEVICE_KEY, a device that an operator has removed \
      from the platform enrols again.
      """)

  @Argument(help: "The device's folder.") var folder: String
  @Flag(help: "Poll once and exit.") var once = false
  @Option(
    help: ArgumentHelp(
      "Least number of seconds between polls, 1 to 604800. The platform can request more. Default: the platform decides.",
      valueName: "seconds"),
    transform: Bounds.seconds(1...Bounds.week)) var interval: Double?
  @Option(
    help: ArgumentHelp("Largest number of bytes a second of a download, 4096 to 1099511627776.", valueName: "bytes"),
    transform: Bounds.integer(4096...1 << 40)) var rate: UInt64?
  @Option(
    help: ArgumentHelp(
      "A file with options as lines name = value, without dashes. Options on the command line take precedence.",
      valueName: "file")) var config: String?
  @OptionGroup var proxy: ProxyOption
  @OptionGroup var hooks: HookOptions
  @OptionGroup var authority: AuthorityOption

  func run() async throws {
    if let config {
      let text = String(decoding: try readSmallFile(config, limit: 1 << 16), as: UTF8.self)
      let configured = try AgentConfiguration(text, file: config).arguments
      let given = (ThisProcess.arguments ?? []).drop { $0 != "run" }.dropFirst()
      // The last value of an option counts.
      var command = try Self.parse(configured + given)
      command.config = nil
      return try await command.run()
    }
    let folder = DeviceFolder(folder)
    let authorities = try authority.bytes()
    let (once, interval, hooks) = (once, interval, agentHooks(folder))
    let identity = try await Retrying.run(unless: once, hooks.log) { try folder.identity() }
    try self.hooks.validate(for: identity)
    let address = identity.platform
    let server = try proxy.server(for: address)
    try await PlatformConnection.with(address, authorities: authorities, proxy: server) { platform in
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

  private func agentHooks(_ folder: DeviceFolder) -> DeviceHooks {
    var hooks = hooks.hooks(folder.path)
    hooks.rate = rate
    hooks.keys = EnrolmentKeys(ProcessInfo.processInfo.environment)
    return hooks
  }
}

extension DeviceAgent.Outcome {
  fileprivate var isUpdate: Bool { if case .updated = self { true } else { false } }

  /// The outcome in words.
  var line: String {
    switch self {
    case .nothing: "nothing to do"
    case .updated(let version): "runs \(version)"
    case .reverted(let version): "reverted \(version)"
    case .failed(let code): "could not install a release, reason \(code)"
    case .pending(let version): "\(version) is pending; the next start tries it"
    case .waiting(let version, _): "\(version) waits for a restart"
    case .postponed(let version): "\(version) is postponed"
    case .withdrawn(let version): "\(version) was withdrawn by the platform"
    }
  }

  /// Throws if a hook failed, so that a run of one poll exits with an error.
  func end() throws {
    guard case .waiting(let version, let why) = self else { return }
    throw Failure(
      .failed, "cannot restart the device for \(version): \(why)",
      hint: "the next run tries it again")
  }
}

import ArgumentParser
import AsvinAgent
import AsvinHost
import AsvinPrograms
import FoundationEssentials

/// The commands that the agent runs at the steps of an update.
struct HookOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A command that decides whether an installation may begin now.", valueName: "command"))
  var allow: String?
  @Option(
    help: ArgumentHelp(
      "Seconds after which an installation that --allow prevents is offered again, 1 to 604800.", valueName: "seconds"),
    transform: Bounds.integer(1...604_800)) var postpone: UInt64 = 3600
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
    help: ArgumentHelp("A command that lets the boot loader start a bank next, as a trial.", valueName: "command"))
  var activate: String?
  @Option(
    help: ArgumentHelp("A command that lets the boot loader keep starting the bank.", valueName: "command"))
  var markGood: String?
  @OptionGroup var loader: RunningBankOptions

  /// Returns the hooks of a device's folder.
  func hooks(_ folder: String) -> DeviceHooks {
    var hooks = loader.hooks(folder)
    let commands = [
      "allow": allow.map { HookCommand("allow", $0, timeout: loader.hookTimeout) },
      "check": check.map { HookCommand("check", $0, timeout: checkTimeout) },
      "restart": restart.map { HookCommand("restart", $0, timeout: restartTimeout) },
      "activate": activate.map { HookCommand("activate", $0, timeout: loader.hookTimeout) },
      "mark-good": markGood.map { HookCommand("mark-good", $0, timeout: loader.hookTimeout) },
    ].compactMapValues { $0 }
    let all = commands.mapValues { command -> @Sendable (HookRelease) async -> HookOutcome in
      { await command.run($0, in: folder) }
    }
    if let check = all["check"] { hooks.check = check }
    hooks.longestHook = max(checkTimeout, restartTimeout, loader.hookTimeout)
    (hooks.restart, hooks.activate, hooks.markGood) = (all["restart"], all["activate"], all["mark-good"])
    (hooks.allow, hooks.postponement) = (all["allow"], Int64(postpone))
    return hooks
  }

  /// Refuses boot-loader hooks for a device whose running bank is not known.
  func validate(for identity: DeviceIdentity) throws(Failure) {
    guard identity.places == nil, loader.isRunning == nil, activate != nil || markGood != nil else { return }
    throw Failure(
      .usage, "--activate and --mark-good need --is-running",
      hint: "without it, a start by the boot loader cannot be distinguished from a start of the agent")
  }
}

/// The sources of the running bank.
struct RunningBankOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A command that exits with 0 if the bank in ASVIN_BANK runs, and with 1 if it does not.", valueName: "command"))
  var isRunning: String?
  @Option(
    help: ArgumentHelp(
      "Seconds that --allow, --activate, --mark-good and --is-running may take, 1 to 86400.", valueName: "seconds"),
    transform: Bounds.seconds(1...86_400)) var hookTimeout = 60.0
  @Option(
    help: ArgumentHelp(
      "The bank that the boot loader has started, a or b. An update in the other bank is then not confirmed.",
      valueName: "bank")) var running: RunningBankName?

  func hooks(_ folder: String) -> DeviceHooks {
    var hooks = DeviceHooks(running: running?.rawValue, log: { CommandProgram.say("asvin-device: \($0)") })
    if let isRunning {
      let command = HookCommand("is-running", isRunning, timeout: hookTimeout)
      hooks.isRunning = { await command.answer($0, in: folder) }
    }
    return hooks
  }
}

/// A bank on the command line.
enum RunningBankName: String, ExpressibleByArgument, CaseIterable {
  case a
  case b
}

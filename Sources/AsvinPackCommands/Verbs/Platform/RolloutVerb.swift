import ArgumentParser
import AsvinPlatformAPI
import AsvinPublisher
import AsvinRelease

struct RolloutVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollout",
    abstract: "Roll published firmware out to device groups, and look after it.",
    subcommands: [
      RolloutCreate.self, RolloutListing.self, RolloutShow.self, RolloutStart.self, RolloutPause.self,
      RolloutResume.self, RolloutFinish.self, RolloutAbort.self,
    ])
}

struct RolloutListing: Verb {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the rollouts.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in surroundings: Surroundings, _ report: (RolloutTable) -> Void) throws {
    let rollouts = try platform.tasks(in: surroundings).run { platform in
      try await platform.must(.get, "/manage/rollouts", as: RolloutList.self).items
    }
    report(RolloutTable(rollouts: rollouts))
  }
}

struct RolloutShow: Verb {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a rollout and its devices.")

  @Argument(help: "The rollout's id or name.") var rollout: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in surroundings: Surroundings, _ report: (RolloutView) -> Void) throws {
    let name = rollout
    let view = try platform.tasks(in: surroundings).run { platform in
      let rollout = try await platform.rollout(name)
      let devices = try await platform.all("/manage/rollouts/\(rollout.id)/devices", as: RolloutDeviceList.self)
      return RolloutView(rollout: rollout, devices: devices)
    }
    report(view)
  }
}

/// A verb that changes a rollout's phase.
protocol RolloutAction: Verb where Outcome == RolloutView {
  static var action: String { get }
  var rollout: String { get }
  var platform: PlatformOptions { get }
}

extension RolloutAction {
  func outcomes(in surroundings: Surroundings, _ report: (RolloutView) -> Void) throws {
    let (name, action) = (rollout, Self.action)
    let changed = try platform.tasks(in: surroundings).run { platform in
      let rollout = try await platform.rollout(name)
      return try await platform.must(.post, "/manage/rollouts/\(rollout.id)/\(action)", as: RolloutReply.self)
    }
    report(RolloutView(rollout: changed, devices: []))
  }
}

struct RolloutStart: RolloutAction {
  static let configuration = CommandConfiguration(commandName: "start", abstract: "Start a planned rollout now.")
  static let action = "start"
  @Argument(help: "The rollout's id or name.") var rollout: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions
}

struct RolloutPause: RolloutAction {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Let no more devices begin; those that have begun may end.")
  static let action = "pause"
  @Argument(help: "The rollout's id or name.") var rollout: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions
}

struct RolloutResume: RolloutAction {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let a paused rollout go on; failures until now are forgiven.")
  static let action = "resume"
  @Argument(help: "The rollout's id or name.") var rollout: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions
}

struct RolloutFinish: RolloutAction {
  static let configuration = CommandConfiguration(
    commandName: "finish", abstract: "End a rollout with what it has reached.")
  static let action = "finish"
  @Argument(help: "The rollout's id or name.") var rollout: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions
}

struct RolloutAbort: RolloutAction {
  static let configuration = CommandConfiguration(commandName: "abort", abstract: "Give a rollout up.")
  static let action = "abort"
  @Argument(help: "The rollout's id or name.") var rollout: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions
}

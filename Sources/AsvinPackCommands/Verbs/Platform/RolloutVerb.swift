import ArgumentParser
import AsvinPlatformAPI
import AsvinPublisher
import AsvinRelease

struct RolloutVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollout",
    abstract: "Roll published firmware out to device groups, and look after it.",
    subcommands: [
      RolloutCreate.self, RolloutListing.self, RolloutShow.self, RolloutAction<StartRollout>.self,
      RolloutAction<PauseRollout>.self, RolloutAction<ResumeRollout>.self, RolloutAction<FinishRollout>.self,
      RolloutAction<AbortRollout>.self,
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

/// What is done with a rollout.
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
  static let abstract = "Let no more devices begin; those that have begun may end."
}

enum ResumeRollout: RolloutChange {
  static let name = "resume"
  static let abstract =
    "Let a paused rollout go on: what failed until then counts no longer, and others take its places."
}

enum FinishRollout: RolloutChange {
  static let name = "finish"
  static let abstract = "End a rollout with what it has reached."
}

enum AbortRollout: RolloutChange {
  static let name = "abort"
  static let abstract = "Give a rollout up."
}

/// The verb that does it.
struct RolloutAction<Change: RolloutChange>: Verb {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: Change.name, abstract: Change.abstract)
  }

  @Argument(help: "The rollout's id or name.") var rollout: String
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in surroundings: Surroundings, _ report: (RolloutView) -> Void) throws {
    let (name, action) = (rollout, Change.name)
    let changed = try platform.tasks(in: surroundings).run { platform in
      let rollout = try await platform.rollout(name)
      return try await platform.must(.post, "/manage/rollouts/\(rollout.id)/\(action)", as: RolloutReply.self)
    }
    report(RolloutView(rollout: changed, devices: []))
  }
}

import AsvinHost
import ArgumentParser
import AsvinPlatformAPI
import AsvinPrograms
import AsvinPlatformClient
import AsvinRelease

struct RolloutVerb: VerbGroup {
  static let configuration = CommandConfiguration(
    commandName: "rollout",
    abstract: "Roll published firmware out to device groups, and look after it.",
    subcommands: [
      RolloutCreate.self, RolloutListing.self, RolloutShow.self, RolloutAction<StartRollout>.self,
      RolloutAction<PauseRollout>.self, RolloutAction<ResumeRollout>.self, RolloutAction<FinishRollout>.self,
      RolloutAction<AbortRollout>.self, RolloutAction<DisableRollout>.self, RolloutAction<EnableRollout>.self,
    ])
}

struct RolloutListing: Verb {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the rollouts.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RolloutTable) throws -> Void) throws {
    let rollouts = try platform.tasks(in: environment).run { platform in
      try await platform.require(.get, "/manage/rollouts", as: RolloutList.self).items
    }
    try report(RolloutTable(rollouts: rollouts))
  }
}

struct RolloutShow: Verb {
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
  static let abstract = "Pause a rollout: no device begins or fetches; what a device runs still counts."
}

enum ResumeRollout: RolloutChange {
  static let name = "resume"
  static let abstract =
    "Continue a rollout: each failure until then is forgiven and adds a seat for another device to the same wave."
}

enum FinishRollout: RolloutChange {
  static let name = "finish"
  static let abstract = "End a rollout with what it has reached."
}

enum AbortRollout: RolloutChange {
  static let name = "abort"
  static let abstract = "Abort a rollout: devices that have begun get nothing more of it."
}

enum DisableRollout: RolloutChange {
  static let name = "disable"
  static let abstract = "Disable a rollout for all its groups, until it is enabled."
}

enum EnableRollout: RolloutChange {
  static let name = "enable"
  static let abstract = "Enable a rollout that was disabled, also by one that is for immediately."
}

/// The verb that does it.
struct RolloutAction<Change: RolloutChange>: Verb {
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

import ArgumentParser
import AsvinPlatformAPI
import AsvinPublisher
import AsvinRelease
import FoundationEssentials

struct RolloutCreate: Verb {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Roll firmware out to device groups.",
    discussion: """
      Without --wave, all devices at once. With --wave 1 --wave 10%, one device first; when enough of a wave have succeeded \
      the next one opens, and when too many have failed the rollout stops by itself.
      """)

  @Argument(help: ArgumentHelp("What people call the rollout.", valueName: "name"))
  var name: String

  @Option(help: ArgumentHelp("The file group that the firmware is in; else the project's.", valueName: "name"))
  var fileGroup: String?

  @Option(help: ArgumentHelp("The firmware's version; else the highest.", valueName: "text"))
  var fwVersion: String?

  @Option(
    name: .customLong("group"), parsing: .singleValue,
    help: ArgumentHelp("A device group that it goes to. May be repeated.", valueName: "name"))
  var groups: [String]

  @Flag(help: "To every device at once, in place of all other rollouts of these groups.")
  var immediately = false

  @Option(
    name: .customLong("wave"), parsing: .singleValue,
    help: ArgumentHelp(
      "How many devices, or percent of them, this wave and those before it let in. May be repeated.",
      valueName: "number"))
  var waves: [String] = []

  @Option(
    help: ArgumentHelp(
      "Percent of a wave that must succeed before the next one opens; 100 where not given.", valueName: "percent"))
  var success: Int?

  @Option(
    help: ArgumentHelp("Percent of a wave whose failure stops the rollout; none where not given.", valueName: "percent")
  )
  var failures: Int?

  @Option(help: ArgumentHelp("How often a device that failed may try again; 0 where not given.", valueName: "number"))
  var retries: Int?

  @Option(help: ArgumentHelp("When in a day devices may begin, UTC, as 22:00-04:00.", valueName: "window"))
  var window: String?

  @Flag(help: "Count a device when it has written the firmware, not when it runs it: asvin's own clients tell no more.")
  var installedIsSuccess = false

  @Flag(help: "Go on when every device is done: one that joins later gets it too.")
  var keepOpen = false

  @Option(help: ArgumentHelp("When it starts: now, never, or a time as 2026-12-01T10:00:00Z.", valueName: "time"))
  var start = "now"

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in surroundings: Surroundings, _ report: (RolloutView) -> Void) throws {
    guard let fileGroup = try fileGroup ?? ProjectFile.find(from: surroundings.searchFolder).group else {
      throw Failure(.usage, "no file group is given", hint: "give one with --file-group NAME")
    }
    let (name, version, groups, priority) = (name, fwVersion, groups, immediately ? PriorityName.immediately : .batch)
    let (batch, time, startsNow) = (try batch(), try time(), start == "now")
    let rollout = try platform.tasks(in: surroundings).run { platform in
      let request = RolloutRequest(
        name: name, firmware: try await platform.firmware(in: fileGroup, version: version),
        groups: try await platform.deviceGroups(named: groups), priority: priority, batch: batch, start: time)
      let planned = try await platform.must(.post, "/manage/rollouts", request, as: RolloutReply.self)
      guard startsNow else { return planned }
      for displaced in planned.disables ?? [] {
        StandardError.write("asvin-pack: warning: this disables \(displaced.text)")
      }
      return try await platform.must(.post, "/manage/rollouts/\(planned.id)/start", as: RolloutReply.self)
    }
    report(RolloutView(rollout: rollout, devices: []))
  }

  private func batch() throws -> BatchMessage? {
    let isGiven =
      !waves.isEmpty || success != nil || failures != nil || retries != nil || window != nil || installedIsSuccess
      || keepOpen
    guard !immediately else {
      guard !isGiven else {
        throw Failure(.usage, "--immediately has no waves", hint: "leave out --immediately, or the rules of a batch")
      }
      return nil
    }
    return BatchMessage(
      waves: waves, successThreshold: success, failureThreshold: failures, retries: retries, window: try dailyWindow(),
      success: installedIsSuccess ? .installed : .confirmed, endsWhenDone: !keepOpen)
  }

  private func dailyWindow() throws -> WindowMessage? {
    guard let window else { return nil }
    let parts = window.split(separator: "-").map(String.init)
    guard parts.count == 2 else {
      throw Failure(.usage, "'\(window)' is no part of a day", hint: "write it as 22:00-04:00, UTC")
    }
    return WindowMessage(from: parts[0], until: parts[1])
  }

  private func time() throws -> Int64? {
    if start == "now" || start == "never" { return nil }
    do {
      return Int64(try Date(start, strategy: .iso8601).timeIntervalSince1970)
    } catch {
      throw Failure(.usage, "'\(start)' is no time", hint: "write now, never, or a time as 2026-12-01T10:00:00Z")
    }
  }
}

import ArgumentParser
import AsvinAgent
import AsvinPrograms
import AsvinPublisher
import Glibc

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Poll, and install what there is.",
    discussion: """
      --check decides whether a release that was started works: it is run with ASVIN_IMAGE and ASVIN_VERSION set, and \
      exits with 0 where it does; else the device goes back. --restart starts the device anew with what is pending, and the \
      agent ends; without it, the agent goes on as if the device had.
      """)

  @Argument(help: "The device's folder.") var folder: String
  @Flag(help: "Poll once.") var once = false
  @Option(help: ArgumentHelp("Seconds between polls.", valueName: "seconds")) var interval = 60.0
  @Option(help: ArgumentHelp("A command that says whether a release works.", valueName: "command")) var check: String?
  @Option(help: ArgumentHelp("A command that starts the device anew.", valueName: "command")) var restart: String?
  @Option(
    name: .customLong("ca"),
    help: ArgumentHelp("Certificates, PEM, that are trusted in place of the system's.", valueName: "file"))
  var authority: String?

  func run() async throws {
    let (folder, check, restart) = (DeviceFolder(folder), check, restart)
    let hooks = DeviceHooks(
      works: { image, version in
        check.map { Command.run($0, ["ASVIN_IMAGE": image, "ASVIN_VERSION": version]) } ?? true
      },
      restart: { restart.map { Command.run($0, [:]) } ?? false }, log: { CommandProgram.say("asvin-device: \($0)") })
    let authorities = try authority.map { try readBytes($0) }
    let (once, interval) = (once, interval)
    try await PlatformConnection.with(folder.identity().platform, authorities: authorities) { platform in
      let agent = try DeviceAgent(folder, on: platform, hooks: hooks)
      if once {
        _ = try await agent.start()
        print(try await agent.poll().line)
      } else {
        try await agent.run(every: interval)
      }
    }
  }
}

/// A command of whoever runs the device.
enum Command {
  /// Whether it exits with 0.
  static func run(_ command: String, _ variables: [String: String]) -> Bool {
    for (name, value) in variables { unsafe setenv(name, value, 1) }
    return unsafe system(command) == 0
  }
}

extension DeviceAgent.Outcome {
  fileprivate var line: String {
    switch self {
    case .nothing: "nothing to do"
    case .updated(let version): "runs \(version)"
    case .reverted(let version): "went back from \(version)"
    case .failed(let code): "rejected a release, reason \(code)"
    case .pending(let version): "\(version) is pending"
    }
  }
}

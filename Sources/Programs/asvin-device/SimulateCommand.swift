import ArgumentParser
import AsvinAgent
import AsvinHost
import AsvinPrograms
import FoundationEssentials

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run many devices in one process, to generate load or to watch a rollout.",
    discussion: "Folders without a device are enrolled first. A second run resumes the same devices.")

  @Argument(help: "The folder that holds the folders of the devices.") var folder: String
  @Option(
    help: ArgumentHelp("Number of devices, 1 to 100000.", valueName: "number"), transform: Bounds.integer(1...100_000))
  var count: Int
  @Option(
    help: ArgumentHelp("Seconds between polls, 0.01 to 604800.", valueName: "seconds"),
    transform: Bounds.seconds(0.01...Bounds.week)) var interval = 1.0
  @Option(
    help: ArgumentHelp("Duration in seconds, 1 to 604800.", valueName: "seconds"),
    transform: Bounds.seconds(1...Bounds.week)
  )
  var seconds = 60.0
  @Option(help: ArgumentHelp("The version at which a device stops.", valueName: "text")) var until: String?
  @Option(
    help: ArgumentHelp("Percentage of devices that revert their update, 0 to 100.", valueName: "percent"),
    transform: Bounds.integer(0...100)) var failing = 0
  @Flag(help: "Enrol the devices and exit.") var enrolOnly = false
  @Flag(help: "Print each step of each device.") var verbose = false
  @OptionGroup var platform: PlatformAddress
  @OptionGroup var device: EnrolmentOptions

  func run() async throws {
    // Each device holds the lock of its folder open.
    ThisProcess.raiseDescriptorLimit()
    let simulation = Simulation(
      count: count, like: try device.enrolment(in: folder), folder: folder, interval: interval, seconds: seconds,
      until: until,
      failing: failing)
    let (enrolOnly, verbose, count) = (enrolOnly, verbose, count)
    let report = try await platform.with { platform in
      try await simulation.enrol(on: platform)
      return enrolOnly
        ? nil
        : try await simulation.run(on: platform) { if verbose { CommandProgram.say("asvin-device: \($0)") } }
    }
    guard let report else { return print("\(count) devices are enrolled") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }
}

import ArgumentParser
import AsvinAgent
import AsvinPrograms
import FoundationEssentials

struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Many devices in one process: for load, and to see a rollout at work.",
    discussion: "The devices are enrolled where their folders hold none; a second run goes on with them.")

  @Argument(help: "The folder of their folders.") var folder: String
  @Option(help: ArgumentHelp("How many devices.", valueName: "number")) var count: Int
  @Option(help: ArgumentHelp("Seconds between polls.", valueName: "seconds")) var interval = 1.0
  @Option(help: ArgumentHelp("Seconds in all.", valueName: "seconds")) var seconds = 60.0
  @Option(help: ArgumentHelp("The version at which a device is done.", valueName: "text")) var until: String?
  @Option(help: ArgumentHelp("Percent of devices that go back from what they try.", valueName: "percent")) var failing =
    0
  @Flag(help: "Enrol the devices, and end.") var enrolOnly = false
  @Flag(help: "Write what each device does.") var verbose = false
  @OptionGroup var platform: PlatformAddress
  @OptionGroup var device: EnrolmentOptions

  func run() async throws {
    let simulation = Simulation(
      count: count, like: try device.enrolment(), folder: folder, interval: interval, seconds: seconds, until: until,
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

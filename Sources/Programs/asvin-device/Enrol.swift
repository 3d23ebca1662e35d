import ArgumentParser
import AsvinAgent

struct Enrol: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a folder a device, with a key of its own, and have the platform know it.",
    discussion: """
      The workspace's keys are taken from ASVIN_CUSTOMER_KEY and ASVIN_DEVICE_KEY, and are not kept. The device then waits \
      in the lobby until somebody puts it into a group.
      """)

  @Argument(help: "The device's folder.") var folder: String
  @OptionGroup var platform: PlatformAddress
  @OptionGroup var device: EnrolmentOptions

  func run() async throws {
    let enrolment = try device.enrolment()
    let folder = DeviceFolder(folder)
    let identity = try await platform.with { try await enrolment.run(in: folder, on: $0) }
    print("enrolled \(identity.name) as device \(identity.device) of workspace \(identity.workspace)")
  }
}

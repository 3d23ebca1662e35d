import ArgumentParser
import AsvinAgent

struct EnrolCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrol",
    abstract: "Create a device in a folder, with its own key, and register it with the platform.",
    discussion: """
      An enrolment token is read from ASVIN_ENROLMENT_TOKEN, or the keys of the workspace from ASVIN_CUSTOMER_KEY and \
      ASVIN_DEVICE_KEY. They are not stored. The device then waits in the lobby until an operator moves it to a group, unless \
      the token names a group.
      """)

  @Argument(help: "The device's folder.") var folder: String
  @OptionGroup var platform: PlatformAddress
  @OptionGroup var device: EnrolmentOptions

  func run() async throws {
    let enrolment = try device.enrolment(in: folder)
    let folder = DeviceFolder(folder)
    let identity = try await platform.with { try await enrolment.run(in: folder, on: $0) }
    print("enrolled \(identity.name) as device \(identity.device) of workspace \(identity.workspace)")
  }
}

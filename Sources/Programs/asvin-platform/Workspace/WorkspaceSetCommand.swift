import ArgumentParser
import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformServer
import AsvinPrograms

struct WorkspaceSetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Switch parts of the platform on or off for a workspace.",
    discussion: """
      With --asvin-clients off, the API of asvin's own device clients answers 403 at once. With --customer-key-enrolment off, \
      devices enrol with enrolment tokens, or if they are expected. With --approval on, every new rollout needs the approval of \
      a second person. Devices that are enrolled and rollouts that are planned are not affected.
      """)

  @OptionGroup var named: WorkspaceArgument
  @OptionGroup var folder: DataFolder
  @Option(help: ArgumentHelp("The API of asvin's own device clients: on or off.", valueName: "on|off"))
  var asvinClients: Switch?
  @Option(help: ArgumentHelp("Enrolment with the customer key: on or off.", valueName: "on|off"))
  var customerKeyEnrolment: Switch?

  @Option(help: ArgumentHelp("The approval of every rollout by a second person: on or off.", valueName: "on|off"))
  var approval: Switch?

  enum Switch: String, CaseIterable, ExpressibleByArgument {
    case on, off
  }

  func run() async throws {
    guard asvinClients != nil || customerKeyEnrolment != nil || approval != nil else {
      throw Failure(
        .usage, "nothing to set is given",
        hint: "give --asvin-clients, --customer-key-enrolment or --approval, each with on or off")
    }
    let store = try folder.store()
    let workspace = try await named.find(in: store)
    let change = SettingsChange(
      asvinClients: asvinClients.map { $0 == .on }, customerKeyEnrolment: customerKeyEnrolment.map { $0 == .on },
      approval: approval.map { $0 == .on })
    let changed = try await Provisioning.changeSettings(change, of: workspace.id, in: store, at: .now)
    try CommandProgram.show("workspace \(workspace.id.value): \(changed.description)")
  }
}

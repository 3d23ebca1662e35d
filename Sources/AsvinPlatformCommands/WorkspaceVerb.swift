import ArgumentParser
import AsvinPlatform
import AsvinPlatformServer
import AsvinPlatformStore
import AsvinRelease
import FoundationEssentials

struct WorkspaceVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workspace", abstract: "Make and list workspaces.", subcommands: [Create.self, List.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a workspace; its administrator's token is printed once.")

    @Argument(help: "What people call it.") var name: String
    @OptionGroup var folder: DataFolder
    @Flag(help: "Print JSON instead of text.") var json = false

    private struct Made: Encodable {
      let workspace: Int64
      let customerKey: String
      let deviceKey: String
      let token: String
    }

    func run() async throws {
      guard (1...64).contains(name.count) else {
        throw Failure(.usage, "a workspace's name has 1 to 64 characters")
      }
      let (workspace, token) = try await Provisioning.makeWorkspace(named: name, in: folder.store(), at: .now)
      let made = Made(
        workspace: workspace.id.value, customerKey: workspace.customerKey, deviceKey: workspace.deviceKeys[0],
        token: token)
      guard !json else {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return print(String(decoding: try encoder.encode(made), as: UTF8.self))
      }
      print("workspace    \(made.workspace)")
      print("customer key \(made.customerKey)   ASVIN_CUSTOMER_KEY: logins are signed with it, it is never sent")
      print("device key   \(made.deviceKey)   ASVIN_DEVICE_KEY: it is named in a login")
      print("admin token  \(made.token)   ASVIN_PACK_TOKEN, or asvin-pack login; shown once")
      print("next: asvin-platform serve --data \(folder.data)")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the workspaces.")

    @OptionGroup var folder: DataFolder

    func run() async throws {
      for workspace in try await folder.store().workspaces() { print("\(workspace.id.value)  \(workspace.name)") }
    }
  }
}

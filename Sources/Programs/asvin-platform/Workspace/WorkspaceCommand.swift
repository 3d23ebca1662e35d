import AsvinHost
import ArgumentParser
import AsvinPlatform
import AsvinPlatformStore
import AsvinPrograms

struct WorkspaceCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "workspace", abstract: "Create and show workspaces and the keys of their devices.",
    subcommands: [
      WorkspaceCreateCommand.self, WorkspaceShowCommand.self, WorkspaceListCommand.self, AddDeviceKeyCommand.self,
      RemoveDeviceKeyCommand.self, RotateCommand.self, EndOldKeysCommand.self,
      WorkspaceSetCommand.self,
    ])
}

struct WorkspaceListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the workspaces.")

  @OptionGroup var folder: DataFolder

  func run() async throws {
    for workspace in try await folder.store().workspaces() {
      try CommandProgram.show("\(workspace.id.value)  \(workspace.visibleName)")
    }
  }
}

/// The workspace that an argument names.
struct WorkspaceArgument: ParsableArguments {
  @Argument(help: "The workspace's name, or its id.") var workspace: String

  /// - Throws: ``Failure`` if it does not exist, or if several workspaces have the name.
  func find(in store: SQLiteStore) async throws -> Workspace { try await Self.find(workspace, in: store) }

  /// As ``find(in:)``.
  static func find(_ workspace: String, in store: SQLiteStore) async throws -> Workspace {
    let all = try await store.workspaces()
    let found = all.filter { $0.name == workspace || "\($0.id.value)" == workspace }
    guard let first = found.first else {
      throw Failure(
        .inputMissing, "workspace '\(workspace)' does not exist", hint: "see: asvin-platform workspace list")
    }
    guard found.count == 1 else {
      throw Failure(.usage, "\(found.count) workspaces have the name '\(workspace)'", hint: "rename one of them")
    }
    return first
  }
}

/// The workspace that an option names; without it, the only workspace.
struct WorkspaceOption: ParsableArguments {
  @Option(help: ArgumentHelp("The workspace's name, or its id; default: the only workspace.", valueName: "name"))
  var workspace: String?

  /// - Throws: ``Failure`` if it does not exist, or if the option is missing and there are several workspaces.
  func find(in store: SQLiteStore) async throws -> Workspace {
    if let workspace { return try await WorkspaceArgument.find(workspace, in: store) }
    let all = try await store.workspaces()
    guard let first = all.first else {
      throw Failure(.inputMissing, "there is no workspace", hint: "create one: asvin-platform workspace create NAME")
    }
    guard all.count == 1 else {
      throw Failure(.usage, "there are \(all.count) workspaces", hint: "give one of them with --workspace")
    }
    return first
  }
}

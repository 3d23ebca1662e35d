import AsvinHost
import ArgumentParser
import AsvinPlatform
import AsvinPlatformServer
import AsvinPrograms

struct WorkspaceCreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a workspace. The token of its administrator is printed once.",
    discussion: """
      To serve devices in the field whose keys are compiled in, give those keys with --customer-key-file and \
      --device-key-file. A key is the first line of a file, a line of standard input (-), or a variable (env://NAME).
      """)

  @Argument(help: "The workspace's name, 1 to 64 characters.") var name: String
  @OptionGroup var folder: DataFolder

  @Option(help: ArgumentHelp("The customer key of existing devices; default: a new key.", valueName: "file"))
  var customerKeyFile: String?

  @Option(
    name: .customLong("device-key-file"), parsing: .singleValue,
    help: ArgumentHelp("A device key of existing devices; default: a new key. May be repeated.", valueName: "file"))
  var deviceKeyFiles: [String] = []

  @Flag(help: "Print JSON instead of text.") var json = false

  func run() async throws {
    guard (1...64).contains(name.unicodeScalars.count) else {
      throw Failure(.usage, "the name of a workspace must have 1 to 64 characters")
    }
    let customer = try customerKeyFile.map(WorkspaceKeys.read)
    let device = try deviceKeyFiles.map(WorkspaceKeys.read)
    let report: WorkspaceReport
    do {
      let (workspace, token) = try await Provisioning.makeWorkspace(
        named: name, customerKey: customer, deviceKeys: device, in: folder.store(), at: .now)
      report = WorkspaceReport(workspace, token: token)
    } catch let error as PlatformError {
      throw Failure(error)
    }
    guard !json else { return try report.printJSON() }
    try report.printLines()
    try CommandProgram.show(
      "devices: ASVIN_CUSTOMER_KEY signs logins and is not sent; ASVIN_DEVICE_KEY is sent in a login")
    try CommandProgram.show(
      "operators: the admin token is shown only once; set ASVIN_PACK_TOKEN to it, or give it to asvin-pack login")
    try CommandProgram.show("next: asvin-platform serve --data \(folder.data)")
  }
}

struct WorkspaceShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a workspace and the keys of its devices.")

  @OptionGroup var named: WorkspaceArgument
  @OptionGroup var folder: DataFolder
  @Flag(help: "Print JSON instead of text.") var json = false

  func run() async throws {
    let report = WorkspaceReport(try await named.find(in: folder.store()))
    if json { try report.printJSON() } else { try report.printLines() }
  }
}

import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPrograms
import FoundationEssentials

/// Existing keys. They come from a file, from standard input, or from the environment, because every user of the machine can
/// see a command line.
enum WorkspaceKeys {
  /// The key that a reference names.
  static func read(_ reference: String) throws -> String {
    if reference.hasPrefix("env://") {
      let name = String(reference.dropFirst(6))
      guard let key = ProcessInfo.processInfo.environment[name] else {
        throw Failure(.inputMissing, "the variable \(name) is not set", hint: "set it to the key")
      }
      return key
    }
    if reference == "-" {
      guard let line = readLine() else {
        throw Failure(.inputMissing, "standard input ends before a key", hint: "give each key on a line of its own")
      }
      return line
    }
    let text = String(decoding: try readSmallFile(reference, limit: 4096), as: UTF8.self)
    return String(text.split(whereSeparator: \.isNewline).first ?? "")
  }
}

extension Failure {
  /// Describes an error of a workspace or a key.
  init(_ error: PlatformError) {
    switch error {
    case .invalid(let message): self.init(.usage, message)
    case .nameTaken(.deviceKey):
      self.init(.failed, "this device key is in use in a workspace", hint: "see: asvin-platform workspace show NAME")
    case .nameTaken(.customerKey):
      self.init(
        .failed, "the workspace has this customer key already", hint: "give another key, or let one be generated")
    case .nameTaken(.token):
      self.init(.failed, "a token with that name exists", hint: "choose another name, or revoke the token first")
    case .nameTaken(.account): self.init(.failed, "an account with that address exists")
    case .notFound(let kind):
      self.init(.inputMissing, "the workspace does not have this \(kind.rawValue)")
    default: self.init(.failed, "\(error)")
    }
  }
}

extension Workspace {
  /// The name without control characters.
  var visibleName: String { VisibleText.cleaned(name) }
}

/// A workspace's keys as JSON.
struct WorkspaceReport: Encodable {
  let workspace: Int64
  let name: String
  let customerKey: String
  let deviceKey: String?
  let deviceKeys: [String]
  let oldKeys: [OldKey]
  let token: String?

  /// A customer key that is valid for a limited time.
  struct OldKey: Encodable {
    let customerKey: String
    /// Seconds since 1970.
    let expires: Int64
  }

  init(_ workspace: Workspace, token: String? = nil) {
    (self.workspace, name, self.token) = (workspace.id.value, workspace.visibleName, token)
    let now = Instant.now
    oldKeys = workspace.formerKeys.filter { now < $0.expires }.map {
      OldKey(customerKey: $0.text, expires: $0.expires.seconds)
    }
    (customerKey, deviceKey, deviceKeys) = (workspace.customerKey, workspace.deviceKeys.first, workspace.deviceKeys)
  }

  func printJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try StandardStreams.show(String(decoding: try encoder.encode(self), as: UTF8.self).withJSONControls)
  }

  func printLines() throws {
    try CommandProgram.show("workspace    \(workspace)")
    try CommandProgram.show("customer key \(customerKey)")
    for key in oldKeys { try CommandProgram.show("old key      \(key.customerKey)  until \(Date.text(key.expires))") }
    for key in deviceKeys { try CommandProgram.show("device key   \(key)") }
    if let token { try CommandProgram.show("admin token  \(token)") }
  }
}

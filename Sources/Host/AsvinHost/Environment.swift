/// The environment of a call: variables, folders, the terminal. It is passed as a value, so that no function reads the
/// state of the process and tests can replace each part.
package struct Environment: Sendable {
  /// Environment variables.
  package var variables: [String: String]
  /// The folder that relative paths start from. If it is empty, paths stay relative to the folder of the process.
  package var folder: String
  /// The absolute path of the folder from which the project file is searched upward.
  package var searchFolder: String
  /// Returns the version of the source tree, or `nil` outside version control.
  package var describeSource: @Sendable () -> String?
  /// Asks the user for a passphrase. Returns `nil` without a terminal.
  package var askPassphrase: @Sendable (_ prompt: String) -> [UInt8]?
  /// The file that holds the passphrase.
  package var passphraseFile: String?
  /// Receives warnings: one sentence each, in lower case.
  package var warn: @Sendable (_ message: String) -> Void
  /// Receives the path of the project file that the call uses.
  package var useProject: @Sendable (_ path: String) -> Void
  /// The files that this call reads.
  package var inputs = InputLedger()
  /// Receives the progress from time to time: the bytes done and the bytes in total.
  package var progress: @Sendable (_ done: UInt64, _ total: UInt64) -> Void

  /// Creates an environment without variables, version control and terminal.
  package init(folder: String) {
    variables = [:]
    self.folder = folder
    searchFolder = folder
    describeSource = { nil }
    askPassphrase = { _ in nil }
    progress = { _, _ in }
    warn = { _ in }
    useProject = { _ in }
  }

  /// The same environment for one item of a call. The item has its own inputs, within those of the call.
  package func oneRun() -> Environment {
    var environment = self
    environment.inputs = InputLedger(within: inputs)
    return environment
  }

  /// Resolves a path that is relative to a folder.
  package static func path(_ path: String, from folder: String) -> String {
    path == "-" || path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
  }

  /// Returns `git describe` of the working folder without a leading `v`, or `nil` outside a repository or without a tag.
  package static func gitDescribe() -> String? {
    guard let output = ChildProcess.output(of: ["git", "describe", "--tags", "--dirty"], atMost: 257) else {
      return nil
    }
    let line = String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return line.hasPrefix("v") ? String(line.dropFirst()) : line
  }
}

extension Environment {
  /// Opens an input.
  package func input(_ path: String) throws(FileError) -> InputFile {
    try inputs.open(Environment.path(path, from: folder))
  }

  /// Creates an output that the user named. It may be a device or a pipe.
  package func output(_ path: String, force: Bool, durability: OutputFile.Durability) throws(FileError) -> OutputFile {
    try OutputFile(
      Environment.path(path, from: folder), replacing: force ? .existing : .never, durability: durability,
      inputs: inputs, takesStreams: true)
  }

  /// Reads a small input, such as a key or a project file.
  package func smallInput(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    try explaining(path) { try input(path).all(limit: limit) }
  }

  /// Reads a key file, and reports whether every user can read or write it.
  package func keyInput(_ path: String) throws(Failure) -> (bytes: [UInt8], isOpenToAll: Bool) {
    try explaining(path) {
      let file = try input(path)
      return (try file.all(limit: 1 << 16), file.isOpenToAll)
    }
  }
}

package func readSmallFile(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
  try explaining(path) { try InputFile(path).all(limit: limit) }
}

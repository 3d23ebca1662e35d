package import AsvinBundle
import Glibc

/// What the use cases take from the world around them: given once, so that nothing below looks for itself.
package struct Surroundings: Sendable {
  /// Environment variables.
  package var variables: [String: String]
  /// The folder that relative paths start from; empty is the process's own, and paths stay as they were written.
  package var folder: String
  /// The folder, from the root, from which a project file is looked for upward.
  package var searchFolder: String
  /// The source tree's version, where a version-control system knows one.
  package var describeSource: @Sendable () -> String?
  /// Asks a person for a passphrase; `nil` where nobody can be asked.
  package var askPassphrase: @Sendable (_ prompt: String) -> [UInt8]?
  /// The passphrase from a file that the user named.
  package var passphraseFile: String?
  /// Takes warnings: a sentence each, in lower case.
  package var warn: @Sendable (_ message: String) -> Void
  /// The project file that a verb obeys, whenever one is found.
  package var useProject: @Sendable (_ path: String) -> Void
  /// The files that this call reads.
  package var inputs = InputLedger()
  /// Told about bytes done and bytes in all, from time to time.
  package var progress: @Sendable (_ done: UInt64, _ total: UInt64) -> Void

  /// Surroundings in which nothing is set and nobody answers.
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

  /// The same surroundings for one piece of work, whose inputs are noted beside those of the call.
  func oneRun() -> Surroundings {
    var surroundings = self
    surroundings.inputs = InputLedger(within: inputs)
    return surroundings
  }

  /// A path as the user or a file wrote it, seen from a folder.
  static func path(_ path: String, from folder: String) -> String {
    path == "-" || path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
  }

  /// `git describe` of the working folder, without a leading `v`; `nil` outside a repository or without a tag.
  package static func gitDescribe() -> String? {
    guard let pipe = unsafe popen("git describe --tags --dirty 2>/dev/null", "re") else { return nil }
    var bytes: [UInt8] = []
    while true {
      let byte = unsafe fgetc(pipe)
      if byte < 0 || bytes.count > 256 { break }
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
    guard unsafe pclose(pipe) == 0 else { return nil }
    let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return line.hasPrefix("v") ? String(line.dropFirst()) : line
  }
}

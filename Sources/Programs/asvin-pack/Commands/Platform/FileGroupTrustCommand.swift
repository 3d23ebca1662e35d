import ArgumentParser
import AsvinCrypto
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import AsvinRelease
import FoundationEssentials

struct FileGroupTrustCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "Change the keys that a file group trusts, and the times for which it does.",
    discussion: """
      A key is replaced in three steps: add the new key, sign with it, and end the old one, for example with --end \
      old.pub.pem --days 30. A key that is added again has the time of --days, or no end. Releases that an ended key has signed are not published or rolled out any more. Rollouts that \
      have started continue, and devices trust the keys that their firmware has.
      """)

  @Argument(help: "The group, by id or name.") var group: String
  @Option(
    parsing: .singleValue, help: ArgumentHelp("Trust this public key. May be repeated.", valueName: "pub"),
    completion: .file())
  var add: [String] = []
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Trust this key of the group for --days more: its file, or the first eight digits or more that 'show' prints. "
        + "May be repeated.", valueName: "key"))
  var end: [String] = []
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Trust this key of the group no longer, from now on. May be repeated.", valueName: "key"))
  var remove: [String] = []
  @Option(
    help: ArgumentHelp("Days for which the keys of --add and --end are trusted; default: without end.", valueName: "n"))
  var days: Int?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (FileGroupTrustReport) throws -> Void) throws {
    guard !(add + end + remove).isEmpty else {
      throw Failure(.usage, "no key is given", hint: "give --add, --end or --remove; see: asvin-pack file-group show")
    }
    guard end.isEmpty || days != nil else {
      throw Failure(.usage, "--end needs --days", hint: "give --days N, or --remove KEY to end the key now")
    }
    guard add.isEmpty || end.isEmpty else {
      throw Failure(
        .usage, "--days would be the time of the added and of the ending keys", hint: "add and end keys in two commands"
      )
    }
    if let days, !(1...3650).contains(days) {
      throw Failure(.usage, "--days \(days) is not a number of days", hint: "give 1 to 3650, or --remove KEY")
    }
    let (added, ending) = (
      try add.map { try key(of: $0, in: environment) }, try end.map { try name(of: $0, in: environment) }
    )
    let removed = try remove.map { try name(of: $0, in: environment) }
    let (group, until) = (group, days.map { Int64(Date.now.timeIntervalSince1970) + Int64($0) * 86_400 })
    try report(
      FileGroupTrustReport(
        group: try platform.tasks(in: environment).run { platform in
          let known = try await platform.fileGroup(group)
          let change = TrustChangeRequest(
            add: added, end: try ending.map { try known.key(named: $0) },
            remove: try removed.map { try known.key(named: $0) }, expires: until)
          return try await platform.require(
            .post, "/manage/file-groups/\(known.id)/trust", change, as: FileGroupReply.self)
        }))
  }

  private func key(of path: String, in environment: Environment) throws -> String {
    let reference = KeyReference(path, from: environment.folder)
    return String(decoding: try reference.publicKey(in: environment).pem(), as: UTF8.self)
  }

  /// The digest of a key that a file has, or the beginning of one.
  private func name(of text: String, in environment: Environment) throws -> String {
    let isDigest = (8...64).contains(text.utf8.count) && text.allSatisfy(\.isHexDigit)
    return isDigest ? text.lowercased() : TrustEnd.digest(of: try key(of: text, in: environment))
  }
}

extension FileGroupReply {
  /// Returns the digest of a key of the group from its beginning.
  ///
  /// - Throws: ``Failure`` for a key that the group does not trust, or a beginning of two.
  func key(named text: String) throws(Failure) -> String {
    let found = trust.map { TrustEnd.digest(of: $0) }.filter { $0.hasPrefix(text) }
    guard let digest = found.first, found.count == 1 else {
      throw Failure(
        .inputMissing,
        found.isEmpty
          ? "file group '\(name)' does not trust the key \(text)" : "\(found.count) keys begin with \(text)",
        hint: "see: asvin-pack file-group show")
    }
    return digest
  }
}

/// The keys that a file group trusts, one on each line.
struct FileGroupTrustReport: Report {
  let group: FileGroupReply

  var lines: [String] {
    let head = "file group \(group.id) '\(group.name)'"
    guard !group.trust.isEmpty else { return ["\(head) trusts no key: nothing can be published to it"] }
    return [head]
      + group.trust.map { pem in
        let digest = TrustEnd.digest(of: pem)
        guard let end = group.ends?.first(where: { $0.key == digest }) else { return "  trusts \(digest) without end" }
        let isOver = !group.keys(at: .now).contains(pem)
        return "  \(isOver ? "trusted" : "trusts") \(digest) until \(Date.text(end.expires))"
      }
  }
}

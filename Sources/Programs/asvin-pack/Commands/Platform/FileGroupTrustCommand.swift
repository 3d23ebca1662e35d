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
      old.pub.pem --days 30. Releases that an ended key has signed are not published or rolled out any more. Rollouts that \
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
    if let days, !(1...3650).contains(days) {
      throw Failure(.usage, "--days \(days) is not a number of days", hint: "give 1 to 3650, or --remove KEY")
    }
    let change = TrustChange(
      add: try add.map { try key(of: $0, in: environment) }, end: try end.map { try name(of: $0, in: environment) },
      remove: try remove.map { try name(of: $0, in: environment) },
      until: days.map { Int64(Date.now.timeIntervalSince1970) + Int64($0) * 86_400 })
    let group = group
    try report(
      FileGroupTrustReport(
        group: try platform.tasks(in: environment).run { platform in
          let known = try await platform.fileGroup(group)
          return try await platform.require(
            .put, "/manage/file-groups/\(known.id)", try change.applied(to: known), as: FileGroupReply.self)
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

/// A change of the keys that a file group trusts.
struct TrustChange: Sendable {
  /// Keys in PEM.
  let add: [String]
  /// Digests of keys of the group, or the beginnings of digests.
  let end: [String]
  let remove: [String]
  /// When the time of the added and the ending keys is over.
  let until: Int64?

  /// Returns the request that makes the change.
  ///
  /// - Throws: ``Failure`` for a key that the group does not trust, or a beginning of two.
  func applied(to group: FileGroupReply) throws(Failure) -> FileGroupRequest {
    var keys = group.trust.map { (digest: TrustEnd.digest(of: $0), pem: $0) }
    var ends = Dictionary((group.ends ?? []).map { ($0.key, $0.expires) }) { first, _ in first }
    for text in remove {
      let digest = try Self.one(text, of: keys.map(\.digest), in: group)
      keys.removeAll { $0.digest == digest }
      ends[digest] = nil
    }
    for text in end { ends[try Self.one(text, of: keys.map(\.digest), in: group)] = until }
    for pem in add {
      let digest = TrustEnd.digest(of: pem)
      if !keys.contains(where: { $0.digest == digest }) { keys.append((digest, pem)) }
      ends[digest] = until
    }
    return FileGroupRequest(
      name: group.name, trust: keys.map(\.pem),
      ends: ends.sorted { $0.key < $1.key }.map { TrustEnd(key: $0.key, expires: $0.value) })
  }

  private static func one(_ text: String, of digests: [String], in group: FileGroupReply) throws(Failure) -> String {
    let found = digests.filter { $0.hasPrefix(text) }
    guard let digest = found.first, found.count == 1 else {
      throw Failure(
        .inputMissing,
        found.isEmpty
          ? "file group '\(group.name)' does not trust the key \(text)" : "\(found.count) keys begin with \(text)",
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
        let end = group.ends?.first { $0.key == digest }.map { "until \(Date.text($0.expires))" }
        return "  trusts \(digest) \(end ?? "without end")"
      }
  }
}

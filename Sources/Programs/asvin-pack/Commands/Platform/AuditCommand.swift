import ArgumentParser
import AsvinCrypto
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct AuditCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Read, export and verify the audit log of a platform.",
    subcommands: [AuditListCommand.self, AuditExportCommand.self, AuditHeadCommand.self, AuditVerifyCommand.self])
}

struct AuditListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the entries of the audit log.")

  @OptionGroup var page: LogPage
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (AuditTable) throws -> Void) throws {
    let path = "/manage/audit?\(page.query)"
    try report(
      try platform.tasks(in: environment).run { platform in
        AuditTable(page: try await platform.require(.get, path, as: AuditList.self))
      })
  }
}

struct AuditExportCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the complete audit log and its signed head to a file.",
    discussion: """
      The log is verified before the file is written. The file can be verified later without the platform. Keep it, or the \
      head of asvin-pack audit head, on another machine: the audit log is then protected against changes on the server.
      """)

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file: JSON lines. - is standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Flag(help: "Replace an existing file.") var force = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  var writesToStandardOutput: Bool { FileIdentity.isStandardOutput(output) }

  func outcomes(in environment: Environment, _ report: (AuditVerdict) throws -> Void) throws {
    let (file, key) = try platform.tasks(in: environment).run { platform in
      // The head comes first, so that entries which are added in the meantime are left out.
      let head = try await platform.require(.get, "/manage/audit/head", as: AuditHeadReply.self)
      let workspace = try await platform.require(.get, "/manage/me", as: WhoReply.self).workspace
      let entries = try await platform.all("/manage/audit", as: AuditList.self).filter { $0.number <= head.number }
      return (AuditFile(workspace: workspace, entries: entries, head: head), try await platform.receiptKey())
    }
    let verdict = try explaining(output) {
      let bytes = try file.bytes
      let verdict = try AuditFile.check(bytes, named: "the platform's log", key: try RSAPublicKey(pem: key), kept: [])
      let written = try environment.output(output, force: force, durability: .flushed)
      try written.write(bytes)
      try written.commit()
      return verdict
    }
    try report(AuditVerdict(verdict: verdict, file: output))
  }
}

struct AuditHeadCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "head",
    abstract: "Print the signed end of the audit log, to be kept on another machine.",
    discussion: "A file of heads, one on each line, is checked by asvin-pack audit verify --heads.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (AuditHeadReply) throws -> Void) throws {
    try report(
      try platform.tasks(in: environment).run { platform in
        try await platform.require(.get, "/manage/audit/head", as: AuditHeadReply.self)
      })
  }
}

struct AuditVerifyCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Verify an exported audit log without the platform.",
    discussion: """
      An entry that was changed, removed, inserted or moved is named. That the end was cut, or that the log was written \
      again, shows only with heads that were kept elsewhere.
      """)

  @Argument(help: ArgumentHelp("The exported log.", valueName: "log"), completion: .file()) var log: String

  @Option(
    help: ArgumentHelp("The platform's public key, of asvin-pack receipt key.", valueName: "pem"), completion: .file())
  var key: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A file of kept heads, one on each line. May be repeated.", valueName: "file"),
    completion: .file())
  var heads: [String] = []

  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (AuditVerdict) throws -> Void) throws {
    let key = try environment.receiptKey(key)
    let kept = try heads.flatMap { path in
      String(decoding: try environment.smallInput(path, limit: 1 << 24), as: UTF8.self).split(separator: "\n")
        .map(String.init)
    }
    let verdict = try explaining(log) {
      try AuditFile.check(try environment.input(log), named: log, key: key, kept: kept)
    }
    try report(AuditVerdict(verdict: verdict, file: log))
  }
}

/// Entries, one on each line.
struct AuditTable: Report {
  let page: AuditList

  var lines: [String] {
    table(
      ["NUMBER", "TIME", "ACTOR", "ACTION", "SUBJECT", "DETAILS"],
      page.items.map { entry in
        [
          "\(entry.number)", Date.text(entry.time), entry.actor, entry.action, entry.subject,
          entry.details.map { "\($0.name)=\($0.value)" }.joined(separator: " "),
        ]
      })
  }

  var errors: [String] { page.isIntact ? [] : ["the audit log is not intact: export and verify it"] }
  var exitCode: Int32 { page.isIntact ? 0 : Failure.Kind.rejected.rawValue }

  func encode(to encoder: any Encoder) throws { try page.encode(to: encoder) }
}

struct AuditVerdict: Report {
  let verdict: AuditFile.Verdict
  let file: String

  var warnings: [String] {
    verdict.tooOld > 0
      ? ["\(verdict.tooOld) kept heads are older than the log, whose old entries were removed"] : []
  }

  var lines: [String] {
    [
      "\(file): the audit log of workspace \(verdict.workspace) is intact",
      line("entries", "\(verdict.first) to \(verdict.last)"), line("signed", Date.text(verdict.signed)),
      line("kept heads", "\(verdict.heads)"),
    ]
  }

  func encode(to encoder: any Encoder) throws { try verdict.encode(to: encoder) }
}

extension AuditHeadReply: Report {
  package var lines: [String] { [head] }
}

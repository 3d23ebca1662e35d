import ArgumentParser
import AsvinCrypto
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct ReceiptCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "Verify what a platform has signed.",
    subcommands: [ReceiptVerifyCommand.self, ReceiptKeyCommand.self])
}

struct ReceiptVerifyCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify the receipt of a publication without the platform.")

  @Argument(
    help: ArgumentHelp("The receipt, of asvin-pack publish --receipt.", valueName: "receipt"), completion: .file())
  var receipt: String

  @Option(
    help: ArgumentHelp("The platform's public key, of asvin-pack receipt key.", valueName: "pem"), completion: .file())
  var key: String

  @Option(
    help: ArgumentHelp("A bundle that must be the one of the receipt.", valueName: "bundle"), completion: .file())
  var bundle: String?

  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (VerifiedReceipt) throws -> Void) throws {
    let key = try environment.receiptKey(key)
    let text = String(
      decoding: try environment.smallInput(receipt, limit: PlatformLimit.statementBytes)
        .filter { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
    let statement: SignedStatement
    do throws(SignedStatement.Fault) {
      statement = try SignedStatement(text, kind: VerifiedReceipt.kind, signedBy: key)
    } catch {
      throw Failure(fault: error, of: "'\(receipt)'", VerifiedReceipt.kind)
    }
    guard let verified = VerifiedReceipt(statement) else {
      throw Failure(.rejected, "'\(receipt)' lacks a claim of a receipt", hint: "use the asvin-pack of that platform")
    }
    if let bundle {
      let digest = try explaining(bundle) { () throws -> String in
        let file = try environment.input(bundle)
        var hash = SHA256()
        try file.forEachPiece { hash.update($0.span) }
        return hash.finish().hexadecimal
      }
      guard digest == verified.bundle else {
        throw Failure(.rejected, "'\(bundle)' is not the bundle of the receipt: its SHA-256 is \(digest)")
      }
    }
    try report(verified)
  }
}

struct ReceiptKeyCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Print the public key with which a platform's receipts and audit heads are verified.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (ReceiptKeyReport) throws -> Void) throws {
    let pem = try platform.tasks(in: environment).run { try await $0.receiptKey() }
    try report(ReceiptKeyReport(key: String(decoding: pem, as: UTF8.self)))
  }
}

struct ReceiptKeyReport: Report {
  let key: String
  var lines: [String] { key.split(separator: "\n").map(String.init) }
}

/// A receipt whose signature is valid.
struct VerifiedReceipt: Report {
  static let kind = "asvin-receipt"

  let time: Int64
  let actor: String
  let workspace: Int64
  let fileGroup: String
  let firmware: Int64
  let name: String
  let version: String
  let release: String
  let bundle: String

  init?(_ statement: SignedStatement) {
    guard let time = statement.number("iat"), let actor = statement.text("sub"),
      let workspace = statement.number("workspace"), let group = statement.text("fileGroup"),
      let firmware = statement.number("firmware"), let name = statement.text("name"),
      let version = statement.text("version"), let release = statement.text("release"),
      let bundle = statement.text("bundle")
    else { return nil }
    (self.time, self.actor, self.workspace, fileGroup) = (time, actor, workspace, group)
    (self.firmware, self.name, self.version) = (firmware, name, version)
    (self.release, self.bundle) = (release, bundle)
  }

  var lines: [String] {
    [
      "\(name) \(version) was published to group '\(fileGroup)' by \(actor)", line("time", Date.text(time)),
      line("firmware", "\(firmware)"), line("manifest", release), line("bundle", bundle),
    ]
  }
}

extension Environment {
  /// Reads the key with which a platform's statements are verified.
  func receiptKey(_ path: String) throws(Failure) -> RSAPublicKey {
    let bytes = try smallInput(path, limit: 1 << 16)
    do throws(CryptoError) {
      return try RSAPublicKey(pem: bytes)
    } catch {
      throw Failure(.rejected, "'\(path)' is not a public key", hint: "fetch it with asvin-pack receipt key")
    }
  }
}

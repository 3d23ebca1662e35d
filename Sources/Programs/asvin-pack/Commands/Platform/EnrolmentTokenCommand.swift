import ArgumentParser
import AsvinBundle
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import AsvinRelease
import FoundationEssentials

struct EnrolmentTokenCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "enrolment-token",
    abstract: "Create, list and revoke the tokens that only enrol devices.",
    subcommands: [EnrolmentTokenCreateCommand.self, EnrolmentTokenListCommand.self, EnrolmentTokenRevokeCommand.self])
}

struct EnrolmentTokenCreateCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create an enrolment token. It is shown only once.",
    discussion: """
      A gateway reads the token from ASVIN_ENROLMENT_TOKEN: asvin-device enrol. A microcontroller passes both parts to \
      asvin_client_enrol, which proves the enrolment with them; --parts writes them to the file in place of the token.
      """)

  @Argument(help: "The name of the token, which the audit log shows.") var name: String
  @Option(help: ArgumentHelp("The number of devices that it enrols; default: any number.", valueName: "number"))
  var uses: Int?
  @Option(help: ArgumentHelp("Days for which it is valid; default: until it is revoked.", valueName: "days"))
  var days: Int?
  @Option(help: ArgumentHelp("The group of the devices; default: they wait in the lobby.", valueName: "name"))
  var group: String?
  @OptionGroup var output: SecretOutput
  @Flag(help: "Write customer_key and device_key for a microcontroller to the file, each on a line.") var parts = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (NewEnrolmentTokenReport) throws -> Void) throws {
    guard !parts || output.path != nil else {
      throw Failure(.usage, "--parts needs a file", hint: "name it with -o; without a file, all parts are shown")
    }
    let (name, uses, days, group) = (name, uses, days, group)
    try report(
      try output.keep(in: environment, parts: parts) {
        try platform.tasks(in: environment).run { platform in
          var id: Int64?
          if let group { id = try await platform.deviceGroups(named: [group])[0] }
          return try await platform.require(
            .post, "/manage/enrolment-tokens", EnrolmentTokenRequest(name: name, days: days, uses: uses, group: id),
            as: EnrolmentTokenReply.self)
        }
      })
  }
}

struct DeviceRekeyCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "rekey",
    abstract: "Create an enrolment token by which a device whose key was lost enrols with a new key.",
    discussion: """
      The token is valid for one day, once, and for this device only. The device keeps its id, its group and its history; its \
      old key is refused from then on. If the old key was stolen, also run: asvin-pack device blacklist
      """)

  @Argument(help: "The device, by id or name.") var device: String
  @OptionGroup var output: SecretOutput
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (NewEnrolmentTokenReport) throws -> Void) throws {
    let device = device
    try report(
      try output.keep(in: environment) {
        try platform.tasks(in: environment).run { platform in
          let id = try await platform.devices([device])[0].id
          return try await platform.require(.post, "/manage/devices/\(id)/rekey", as: EnrolmentTokenReply.self)
        }
      })
  }
}

struct EnrolmentTokenListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the enrolment tokens.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (EnrolmentTokenTable) throws -> Void) throws {
    try report(
      try platform.tasks(in: environment).run { platform in
        EnrolmentTokenTable(
          tokens: try await platform.all("/manage/enrolment-tokens", as: EnrolmentTokenList.self),
          groups: try await platform.all("/manage/device-groups", as: DeviceGroupList.self))
      })
  }
}

struct EnrolmentTokenRevokeCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Revoke enrolment tokens. The devices that they enrolled stay enrolled.")

  @Argument(help: "The tokens, by id or name.") var tokens: [String]
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (EnrolmentTokenTable) throws -> Void) throws {
    let names = tokens
    try report(
      EnrolmentTokenTable(
        tokens: try platform.tasks(in: environment).run { platform in
          let chosen = try await platform.enrolmentTokens(names)
          for token in chosen {
            _ = try await platform.ask(
              .delete, "/manage/enrolment-tokens/\(token.id)", as: EnrolmentTokenReply.self)
          }
          return chosen
        }, groups: []))
  }
}

extension SecretOutput {
  /// Creates a token, and writes its secret to the file if one was named.
  fileprivate func keep(
    in environment: Environment, parts: Bool = false, _ make: () throws -> EnrolmentTokenReply
  ) throws -> NewEnrolmentTokenReport {
    let file = try open(inputs: environment.inputs)
    var made = try make()
    if let file {
      let both = "customer_key=\(made.proofKey ?? "")\ndevice_key=\(made.handle)"
      try file.commit(secret: parts ? both : made.token ?? "")
      (made.token, made.proofKey) = (nil, nil)
    }
    return NewEnrolmentTokenReport(token: made, file: path)
  }
}

/// A new enrolment token with its secret, or with the file that has the secret.
struct NewEnrolmentTokenReport: Report {
  let token: EnrolmentTokenReply
  let file: String?

  var lines: [String] {
    let expires = token.expires.map { "until \(Date.text($0))" } ?? "until it is revoked"
    let limit = token.limit.map { "\($0) \($0 == 1 ? "device" : "devices")" } ?? "any number of devices"
    let head = "enrolment token \(token.id) '\(token.name)' for \(limit), valid \(expires)"
    if let file { return [head, "its secret is in \(file)"] }
    return [
      head, token.token ?? "", line("for asvin_client_enrol, customer_key", token.proofKey ?? ""),
      line("for asvin_client_enrol, device_key  ", token.handle),
    ]
  }
}

/// Enrolment tokens, one on each line.
struct EnrolmentTokenTable: Report {
  let tokens: [EnrolmentTokenReply]
  let groups: [DeviceGroupReply]

  var lines: [String] {
    guard !tokens.isEmpty else { return ["no enrolment tokens"] }
    return table(
      ["ID", "NAME", "DEVICES", "LIMIT", "INTO", "CREATED", "EXPIRES"],
      tokens.map { token in
        let place = token.device.map { "device \($0)" } ?? groups.first { $0.id == token.group }?.name ?? "lobby"
        return [
          "\(token.id)", token.name, "\(token.uses)", token.limit.map { "\($0)" } ?? "none", place,
          Date.text(token.created), token.expires.map { Date.text($0) } ?? "never",
        ]
      })
  }

  private enum CodingKeys: CodingKey { case tokens }
}

import ArgumentParser
import AsvinBundle
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import AsvinRelease

struct GroupRuleCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "rule", abstract: "List, add and clear the rules that place new devices in groups.",
    discussion:
      "A new device is placed by the first rule whose conditions hold, and waits in the lobby if there is none.",
    subcommands: [RuleListCommand.self, RuleAddCommand.self, RuleClearCommand.self])
}

struct RuleListCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the rules in their order.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RuleTable) throws -> Void) throws {
    try report(try platform.tasks(in: environment).run { platform in try await RuleTable(on: platform) })
  }
}

struct RuleAddCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add a rule after the others, or before them.")

  @Argument(help: "The group in which new devices are placed, by id or name.") var group: String
  @Option(help: ArgumentHelp("Only devices whose name begins with this text.", valueName: "text"))
  var namePrefix: String?
  @Option(help: ArgumentHelp("Only devices that report this version.", valueName: "text")) var fwVersion: String?
  @Option(
    name: .customLong("class"), help: ArgumentHelp("Only devices of this class; needs --vendor.", valueName: "name"))
  var deviceClass: String?
  @Option(help: ArgumentHelp("The vendor of the class; default: the vendor of the project.", valueName: "domain"))
  var vendor: String?
  @Flag(help: "Only devices that verify releases.") var verifying = false
  @Flag(help: "Add the rule before the others.") var first = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RuleTable) throws -> Void) throws {
    var rule = PlacementRuleMessage(group: 1)
    (rule.namePrefix, rule.version, rule.verifying) = (namePrefix, fwVersion, verifying ? true : nil)
    if let deviceClass {
      guard let vendor = try vendor ?? ProjectFile.find(in: environment).vendor else {
        throw Failure(
          .usage, "--class needs --vendor", hint: "name the vendor of the class, for example --vendor example.com")
      }
      rule.deviceClass = try DeviceClass(vendor: vendor, name: deviceClass).classID
    }
    let (group, added, first) = (group, rule, first)
    try report(
      try platform.tasks(in: environment).run { platform in
        var rule = added
        rule.group = try await platform.deviceGroups(named: [group])[0]
        var rules = try await platform.require(.get, "/manage/placement-rules", as: PlacementRules.self)
        rules.rules.insert(rule, at: first ? 0 : rules.rules.count)
        _ = try await platform.require(.put, "/manage/placement-rules", rules, as: PlacementRules.self)
        return try await RuleTable(on: platform)
      })
  }
}

struct RuleClearCommand: ReportingCommand {
  static let configuration = CommandConfiguration(commandName: "clear", abstract: "Remove all rules.")

  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (RuleTable) throws -> Void) throws {
    try report(
      try platform.tasks(in: environment).run { platform in
        let none = PlacementRules(rules: [])
        _ = try await platform.require(.put, "/manage/placement-rules", none, as: PlacementRules.self)
        return try await RuleTable(on: platform)
      })
  }
}

/// The rules, one on each line.
struct RuleTable: Report {
  let rules: [PlacementRuleMessage]
  let groups: [DeviceGroupReply]

  private enum CodingKeys: CodingKey { case rules }

  init(on platform: PlatformConnection) async throws {
    rules = try await platform.require(.get, "/manage/placement-rules", as: PlacementRules.self).rules
    groups = try await platform.all("/manage/device-groups", as: DeviceGroupList.self)
  }

  var lines: [String] {
    guard !rules.isEmpty else { return ["no rules: new devices wait in the lobby"] }
    return table(
      ["RULE", "GROUP", "NAME PREFIX", "VERSION", "SIGNATURES", "CLASS"],
      rules.enumerated().map { index, rule in
        let group = groups.first { $0.id == rule.group }.map { "\($0.id) '\($0.name)'" } ?? "\(rule.group)"
        let signatures = rule.verifying.map { $0 ? "verified" : "unverified" } ?? ""
        return [
          "\(index + 1)", group, rule.namePrefix ?? "", rule.version ?? "", signatures, rule.deviceClass ?? "",
        ]
      })
  }
}

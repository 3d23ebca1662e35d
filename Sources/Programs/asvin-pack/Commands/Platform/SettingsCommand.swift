import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms

struct SettingsCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings", abstract: "Show what a workspace has switched on, and switch it on or off.",
    discussion: """
      Without options, the settings are shown. With --asvin-clients off, the API of asvin's own device clients answers 403. \
      With --customer-key-enrolment off, devices enrol with enrolment tokens, or if they are expected: asvin-pack device \
      expect. With --approval on, every new rollout needs the approval of a second person. Devices that are enrolled and \
      rollouts that are planned are not affected.
      """)

  @Option(help: ArgumentHelp("The API of asvin's own device clients.", valueName: "on|off")) var asvinClients: Switch?
  @Option(help: ArgumentHelp("Enrolment of any device with the customer key.", valueName: "on|off"))
  var customerKeyEnrolment: Switch?
  @Option(help: ArgumentHelp("The approval of every rollout by a second person.", valueName: "on|off"))
  var approval: Switch?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  enum Switch: String, CaseIterable, ExpressibleByArgument {
    case on, off

    var isOn: Bool { self == .on }
  }

  func outcomes(in environment: Environment, _ report: (SettingsReport) throws -> Void) throws {
    let change = SettingsChange(
      asvinClients: asvinClients?.isOn, customerKeyEnrolment: customerKeyEnrolment?.isOn, approval: approval?.isOn)
    try report(
      SettingsReport(
        settings: try platform.tasks(in: environment).run { platform in
          change.isEmpty
            ? try await platform.require(.get, "/manage/settings", as: SettingsMessage.self)
            : try await platform.require(.put, "/manage/settings", change, as: SettingsMessage.self)
        }))
  }
}

/// The settings of a workspace, one on each line.
struct SettingsReport: Report {
  let settings: SettingsMessage

  var lines: [String] {
    table(
      ["SETTING", "IS"],
      [
        ["API of asvin's clients", settings.asvinClients ? "on" : "off"],
        ["enrolment with the customer key", settings.customerKeyEnrolment ? "on" : "off"],
        ["approval of every rollout", settings.approval ? "on" : "off"],
      ])
  }
}

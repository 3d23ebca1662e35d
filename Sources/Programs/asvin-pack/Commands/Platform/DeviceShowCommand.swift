import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct DeviceShowCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a device, what it reports about itself, and its rollouts.")

  @Argument(help: "The device, by id, name or label.") var device: String
  @Flag(help: "Print the log that the device reported with each failure.") var log = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceView) throws -> Void) throws {
    let (name, log) = (device, log)
    let view = try platform.tasks(in: environment).run { platform in
      let device = try await platform.devices([name])[0]
      let history = try await platform.all("/manage/devices/\(device.id)/history", as: HistoryList.self)
      return DeviceView(device: device, history: history, showsLog: log)
    }
    try report(view)
  }
}

/// A device and its history.
struct DeviceView: Report {
  let device: DeviceReply
  let history: [HistoryEntry]
  var showsLog = false

  private enum CodingKeys: CodingKey { case device, history }

  var lines: [String] {
    var lines = [
      "device \(device.id) '\(device.name)'", line("label", device.label), line("place", device.place),
      line("version", device.version), line("signatures", device.isVerifying ? "verified" : "unverified"),
      line("registered", Date.text(device.registered)), line("seen", Date.text(device.seen)),
    ]
    if let deviceClass = device.deviceClass { lines.append(line("class", deviceClass)) }
    if let since = device.behindSince { lines.append(line("outdated", "since \(Date.text(since))")) }
    if let tags = device.tags, !tags.isEmpty { lines.append(line("tags", tags.joined(separator: " "))) }
    for attribute in device.attributes ?? [] { lines.append(line("reports", "\(attribute.name)=\(attribute.value)")) }
    guard !history.isEmpty else { return lines + ["no rollouts"] }
    lines += table(
      ["ROLLOUT", "NAME", "FIRMWARE", "STATE", "CHANGED", "FAILURES", "REASON"],
      history.map { entry in
        [
          "\(entry.rollout)", entry.name, "\(entry.firmware) '\(entry.firmwareName) \(entry.version)'",
          entry.state.rawValue, Date.text(entry.changed), "\(entry.failures)",
          entry.failures == 0 ? "" : [entry.reasonName, entry.message].compactMap { $0 }.joined(separator: ": "),
        ]
      })
    for entry in history where showsLog {
      guard let log = entry.log, !log.isEmpty else { continue }
      lines += ["log in rollout \(entry.rollout)"] + log.split(separator: "\n").map { "  \($0)" }
    }
    return lines
  }
}

import ArgumentParser
import AsvinAgent
import AsvinPrograms
import FoundationEssentials

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show the identity of a device, its running release and its pending release.",
    discussion: "The command only reads the folder, so an agent can run in it at the same time.")

  @Argument(help: "The device's folder.") var folder: String
  @Flag(help: "Print JSON instead of text.") var json = false

  func run() async throws {
    let status = try DeviceStatus(DeviceFolder(folder))
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(status), as: UTF8.self))
    } else {
      for line in status.lines { print(line) }
    }
  }
}

extension DeviceStatus {
  fileprivate var lines: [String] {
    var lines = [
      "device    \(name), \(device) of workspace \(workspace) at \(platform)", "runs      \(running.words)",
    ]
    if let candidate, let phase {
      lines.append("\(phase == .trial ? "on trial " : "pending  ") \(candidate.words)")
    }
    if awaitsRestart { lines.append("restart   the device must be restarted") }
    lines.append("floor     \(floor)")
    lines.append("class     \(deviceClass) of vendor \(vendor)")
    if reports > 0 { lines.append("reports   \(reports) not delivered yet") }
    lines.append("agent     \(agent.map { "\($0.program), process \($0.process)" } ?? "not running")")
    return lines
  }
}

extension DeviceStatus.Release {
  fileprivate var words: String {
    "\(version), sequence number \(sequence), bank \(bank)\(isIntact ? "" : ", DAMAGED on the disk")"
  }
}

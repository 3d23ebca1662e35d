import ArgumentParser
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct DeviceExpectCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "expect", abstract: "Expect devices of a list: each is placed in its group when it enrols.",
    discussion: """
      Each line of the list is a name, and after commas a key and a label, which may be left out:
        aa:bb:cc:dd:ee:01,ed25519:6f0c…,kitchen
        aa:bb:cc:dd:ee:02,symmetric:91ab…
        aa:bb:cc:dd:ee:03
      With a key, the device enrols with that key only, and needs no enrolment token even if the customer key enrols no \
      device. Empty lines and lines that begin with # are left out.
      """)

  @Argument(help: ArgumentHelp("The list.", valueName: "file"), completion: .file()) var list: String
  @Option(help: ArgumentHelp("The group of the devices; default: they wait in the lobby.", valueName: "name"))
  var into: String?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (ExpectedDeviceTable) throws -> Void) throws {
    let text = String(validating: try environment.smallInput(list, limit: 1 << 26), as: UTF8.self)
    guard let text else { throw Failure(.usage, "'\(list)' is not a list in UTF-8", hint: "see --help for its form") }
    let (devices, into) = (try ExpectedDeviceFile.devices(in: text, of: list), into)
    try report(
      try platform.tasks(in: environment).run { platform in
        var group: Int64?
        if let into { group = try await platform.deviceGroups(named: [into])[0] }
        var added: [ExpectedDeviceReply] = []
        for start in stride(from: 0, to: devices.count, by: PlatformLimit.expectedAtOnce) {
          let part = devices[start..<min(start + PlatformLimit.expectedAtOnce, devices.count)].map { device in
            var device = device
            device.group = group
            return device
          }
          added += try await platform.require(
            .post, "/manage/expected-devices", ExpectedDevicesRequest(devices: part), as: ExpectedDeviceList.self
          ).items
        }
        return try await ExpectedDeviceTable(added, on: platform)
      })
  }
}

struct DeviceExpectedCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "expected", abstract: "List the devices that are expected and have not enrolled.")

  @Option(help: ArgumentHelp("Only devices whose name contains this text.", valueName: "text")) var search: String?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (ExpectedDeviceTable) throws -> Void) throws {
    let query = search.map { [QueryItem("search", $0)] } ?? []
    try report(
      try platform.tasks(in: environment).run { platform in
        try await ExpectedDeviceTable(
          platform.all("/manage/expected-devices", query, as: ExpectedDeviceList.self), on: platform)
      })
  }
}

struct DeviceUnexpectCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "unexpect", abstract: "Expect devices no longer. Devices that have enrolled are not affected.")

  @Argument(help: "The devices, by name or by their id in the list.") var devices: [String]
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (ExpectedDeviceTable) throws -> Void) throws {
    let names = devices
    try report(
      try platform.tasks(in: environment).run { platform in
        var gone: [ExpectedDeviceReply] = []
        for name in names {
          let device = try await platform.expectedDevice(name)
          _ = try await platform.ask(.delete, "/manage/expected-devices/\(device.id)", as: ExpectedDeviceReply.self)
          gone.append(device)
        }
        return try await ExpectedDeviceTable(gone, on: platform)
      })
  }
}

/// A list of expected devices as operators write it.
enum ExpectedDeviceFile {
  /// Reads the devices of a list.
  ///
  /// - Throws: ``Failure`` with the number of a line that is not a device.
  static func devices(in text: String, of file: String) throws(Failure) -> [ExpectedDeviceRequest] {
    var devices: [ExpectedDeviceRequest] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = trimmed(line)
      if line.isEmpty || line.hasPrefix("#") { continue }
      let parts = line.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false).map(trimmed)
      var device = ExpectedDeviceRequest(name: parts[0])
      if parts.count > 2, !parts[2].isEmpty { device.label = parts[2] }
      if parts.count > 1, !parts[1].isEmpty {
        guard let (kind, key) = key(parts[1]) else {
          throw Failure(
            .usage, "line \(index + 1) of '\(file)' has no key",
            hint: "write ed25519: or symmetric: before 64 hexadecimal digits")
        }
        switch kind {
        case .ed25519: device.publicKey = key
        case .symmetric: device.key = key
        }
      }
      guard !device.name.isEmpty else {
        throw Failure(.usage, "line \(index + 1) of '\(file)' has no name", hint: "see --help for the form of the list")
      }
      devices.append(device)
    }
    return devices
  }

  private static func trimmed(_ text: Substring) -> String {
    var rest = text.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }

  private static func key(_ text: String) -> (DeviceKeyKind, Data)? {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let kind = DeviceKeyKind(rawValue: String(parts[0])) else { return nil }
    let digits = parts[1].compactMap(\.hexDigitValue)
    guard digits.count == 64, parts[1].count == 64 else { return nil }
    return (kind, Data((0..<32).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }))
  }
}

/// Expected devices, one on each line.
struct ExpectedDeviceTable: Report {
  let devices: [ExpectedDeviceReply]
  let groups: [DeviceGroupReply]

  private enum CodingKeys: CodingKey { case devices }

  init(_ devices: [ExpectedDeviceReply], on platform: PlatformConnection) async throws {
    self.devices = devices
    groups = try await platform.all("/manage/device-groups", as: DeviceGroupList.self)
  }

  var lines: [String] {
    guard !devices.isEmpty else { return ["no devices"] }
    return table(
      ["ID", "NAME", "KEY", "LABEL", "INTO"],
      devices.map { device in
        [
          "\(device.id)", device.name, device.key?.rawValue ?? "any", device.label ?? "",
          groups.first { $0.id == device.group }?.name ?? "lobby",
        ]
      })
  }
}

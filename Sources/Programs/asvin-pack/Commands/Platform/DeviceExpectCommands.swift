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
      With a key, the device enrols with that key only. It needs the customer key then, and no enrolment token, even if the \
      customer key enrols no other device. Empty lines and lines that begin with # are left out.
      """)

  @Argument(help: ArgumentHelp("The list.", valueName: "file"), completion: .file()) var list: String
  @Option(
    help: ArgumentHelp("The group of the devices; default: they are placed as any new device.", valueName: "name"))
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
        for part in ExpectedDeviceFile.parts(of: devices, into: group) {
          do {
            added += try await platform.require(
              .post, "/manage/expected-devices", ExpectedDevicesRequest(devices: part), as: ExpectedDeviceList.self
            ).items
          } catch let failure as Failure {
            throw Failure(
              failure.kind, "\(added.count) of \(devices.count) devices are expected, and then: \(failure.message)",
              hint: failure.hint ?? "correct the list and run the command again; devices that are expected stay so")
          }
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
    var (devices, names): ([ExpectedDeviceRequest], Set<String>) = ([], [])
    // Spreadsheets begin a list with a byte order mark.
    let text = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
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
      let isName =
        (1...128).contains(device.name.utf8.count) && device.name.utf8.allSatisfy { (0x20...0x7E).contains($0) }
      guard isName, device.label.map({ $0.unicodeScalars.count <= 256 && VisibleText.isClean($0) }) ?? true else {
        throw Failure(
          .usage,
          "line \(index + 1) of '\(file)' has no name of 1 to 128 printable ASCII characters, or a label that is too long",
          hint: "see --help for the form of the list")
      }
      guard names.insert(device.name.lowercased()).inserted else {
        throw Failure(.usage, "line \(index + 1) of '\(file)' has a name for the second time", hint: "leave one out")
      }
      devices.append(device)
    }
    return devices
  }

  /// Divides devices into requests, by their number and by the bytes that the platform reads.
  static func parts(of devices: [ExpectedDeviceRequest], into group: Int64?) -> [[ExpectedDeviceRequest]] {
    var (parts, bytes): ([[ExpectedDeviceRequest]], Int) = ([], 0)
    for device in devices {
      var device = device
      device.group = group
      // A character may be escaped with six bytes, and the members take less than 200.
      let size = 6 * (device.name.utf16.count + (device.label?.utf16.count ?? 0)) + 200
      if parts.isEmpty || bytes + size > PlatformLimit.bodyBytes - 200
        || (parts.last?.count ?? 0) == PlatformLimit.expectedAtOnce
      {
        parts.append([])
        bytes = 0
      }
      parts[parts.count - 1].append(device)
      bytes += size
    }
    return parts
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

import AsvinHost
import AsvinPlatformAPI

/// The choice of the firmware for a rollout from a file group.
package struct FirmwareChoice: Sendable {
  /// The name or the id of the file group.
  package var fileGroup: String
  /// The version; `nil` for the highest one.
  package var version: String?
  /// The class id as a UUID; `nil` for the class of the target devices.
  package var deviceClass: String?

  package init(fileGroup: String, version: String? = nil, deviceClass: String? = nil) {
    (self.fileGroup, self.version, self.deviceClass) = (fileGroup, version, deviceClass)
  }
}

extension PlatformConnection {
  /// Returns the id of the firmware with the highest sequence number of one class. Sequence numbers of different classes
  /// cannot be compared.
  ///
  /// - Parameter groups: the target device groups. Their devices determine the class.
  /// - Throws: ``Failure`` if the group lacks such firmware, or the class is ambiguous.
  package func firmware(_ choice: FirmwareChoice, for groups: [Int64]) async throws -> Int64 {
    let group = try await fileGroup(choice.fileGroup)
    let all = try await self.all("/manage/file-groups/\(group.id)/firmware", as: FirmwareList.self)
      .filter { $0.withdrawn == nil }
    let what = choice.version.map { "version \($0)" } ?? "firmware"
    var found = all.filter { choice.version == nil || $0.version == choice.version }
    guard !found.isEmpty else {
      throw Failure(
        .inputMissing, "file group '\(group.name)' has no \(what)",
        hint: "publish it: asvin-pack publish BUNDLE --group \(group.name) --to \(address)")
    }
    if let wanted = choice.deviceClass {
      found = found.filter { $0.deviceClass?.lowercased() == wanted.lowercased() }
      guard !found.isEmpty else {
        throw Failure(
          .inputMissing, "file group '\(group.name)' has no \(what) of class \(wanted)",
          hint: "it has \(Self.words(all))")
      }
    } else if Set(found.map(\.deviceClass)).count > 1 {
      var devices: [DeviceReply] = []
      for group in groups {
        devices += try await self.all("/manage/devices", [QueryItem("group", "\(group)")], as: DeviceList.self)
      }
      let classes = Set(devices.filter { $0.group.map(groups.contains) ?? false }.map(\.deviceClass))
      let suited = found.filter { classes.contains($0.deviceClass) }
      guard Set(suited.map(\.deviceClass)).count == 1 else {
        throw Failure(
          .usage, "file group '\(group.name)' has \(what) of more than one class: \(Self.words(found))",
          hint: "add --class NAME or --firmware ID")
      }
      found = suited
    }
    // Versions of several products cannot be compared.
    guard choice.version == nil || Set(found.map(\.name)).count == 1 else {
      throw PlatformReference.ambiguous(
        choice.version ?? "", "firmware image", found.map { "\($0.id) '\($0.name) \($0.version)'" })
    }
    guard let firmware = found.max(by: { ($0.sequence ?? 0, $0.id) < ($1.sequence ?? 0, $1.id) }) else {
      throw Failure(.inputMissing, "file group '\(group.name)' has no \(what)")
    }
    return firmware.id
  }

  private static func words(_ firmware: [FirmwareReply]) -> String {
    let shown = firmware.sorted { ($0.sequence ?? 0, $0.id) > ($1.sequence ?? 0, $1.id) }.prefix(10)
    return shown.map { "\($0.id) '\($0.name) \($0.version)' of class \($0.deviceClass ?? "unknown")" }
      .joined(separator: ", ")
  }
}

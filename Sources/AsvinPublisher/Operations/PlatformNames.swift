public import AsvinPlatformAPI
import AsvinRelease

extension PlatformConnection {
  /// The ids of device groups, by their names.
  ///
  /// - Throws: ``Failure`` for a name that there is not.
  public func deviceGroups(named names: [String]) async throws -> [Int64] {
    let known = try await ask(.get, "/manage/device-groups", as: DeviceGroupList.self)?.items ?? []
    return try names.map { name in
      guard let group = known.first(where: { $0.name == name }) else {
        let all = known.map(\.name).joined(separator: ", ")
        throw Failure(
          .inputMissing, "the platform has no device group '\(name)'",
          hint: all.isEmpty ? "make one: asvin-pack device group NAME --into \(name) --create" : "it has \(all)")
      }
      return group.id
    }
  }

  /// Firmware of a file group: the version that is asked for, or the one with the highest sequence number.
  ///
  /// - Throws: ``Failure`` where there is none.
  public func firmware(in group: String, version: String?) async throws -> Int64 {
    let groups = try await ask(.get, "/manage/file-groups", as: FileGroupList.self)?.items ?? []
    guard let known = groups.first(where: { $0.name == group }) else {
      throw Failure(.inputMissing, "the platform has no file group '\(group)'")
    }
    let all = try await self.all("/manage/file-groups/\(known.id)/firmware", as: FirmwareList.self)
    let found = version.map { version in all.filter { $0.version == version } } ?? all
    guard let firmware = found.max(by: { ($0.sequence ?? 0, $0.id) < ($1.sequence ?? 0, $1.id) }) else {
      throw Failure(
        .inputMissing, "file group '\(group)' has no \(version.map { "version \($0)" } ?? "firmware")",
        hint: "publish it: asvin-pack publish BUNDLE --group \(group) --to \(address)")
    }
    return firmware.id
  }

  /// A rollout, by its id or its name; of several with a name, the one made last.
  ///
  /// - Throws: ``Failure`` where there is none.
  public func rollout(_ name: String) async throws -> RolloutReply {
    let all = try await ask(.get, "/manage/rollouts", as: RolloutList.self)?.items ?? []
    guard let rollout = all.last(where: { "\($0.id)" == name || $0.name == name }) else {
      throw Failure(.inputMissing, "the platform has no rollout '\(name)'", hint: "see: asvin-pack rollout list")
    }
    return rollout
  }

  /// Devices, each by its id, by what it calls itself, or by what people call it.
  ///
  /// - Throws: ``Failure`` for a name that there is not, or that two devices have.
  public func devices(_ names: [String]) async throws -> [DeviceReply] {
    let all = try await self.all("/manage/devices", as: DeviceList.self)
    return try names.map { name in
      let found = all.filter { "\($0.id)" == name || $0.name.lowercased() == name.lowercased() || $0.label == name }
      guard let device = found.first else {
        throw Failure(.inputMissing, "the platform has no device '\(name)'", hint: "see: asvin-pack device list")
      }
      guard found.count == 1 else {
        throw Failure(.usage, "\(found.count) devices are called '\(name)'", hint: "give the id")
      }
      return device
    }
  }
}

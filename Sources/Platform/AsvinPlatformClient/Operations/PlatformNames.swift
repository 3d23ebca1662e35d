import AsvinHost
package import AsvinPlatformAPI

extension PlatformConnection {
  /// Returns the ids of the device groups that texts name.
  ///
  /// - Throws: ``Failure`` for an unknown or ambiguous name.
  package func deviceGroups(named texts: [String]) async throws -> [Int64] {
    let known = try await all("/manage/device-groups", as: DeviceGroupList.self)
    return try texts.map { text in
      let all = known.map(\.name).joined(separator: ", ")
      return try Self.group(
        text, of: known.map { ($0.id, $0.name) }, "device group",
        hint: all.isEmpty ? "create one: asvin-pack device group NAME --into \(text) --create" : "it has \(all)")
    }
  }

  /// Returns the file group that a text names.
  ///
  /// - Throws: ``Failure`` for an unknown or ambiguous name.
  package func fileGroup(_ text: String) async throws -> FileGroupReply {
    let known = try await all("/manage/file-groups", as: FileGroupList.self)
    let all = known.map(\.name).joined(separator: ", ")
    let id = try Self.group(
      text, of: known.map { ($0.id, $0.name) }, "file group",
      hint: all.isEmpty ? "an administrator can create one: asvin-pack publish --create-group" : "it has \(all)")
    guard let group = known.first(where: { $0.id == id }) else {
      throw Failure(.inputMissing, "the platform has no file group '\(text)'")
    }
    return group
  }

  /// Returns the group that a text names. Digits can be the id of one group and the name of another. Then the operator must
  /// decide.
  private static func group(
    _ text: String, of groups: [(id: Int64, name: String)], _ what: String, hint: String
  ) throws(Failure) -> Int64 {
    let reference = PlatformReference(text)
    let byID = groups.filter { reference.id == $0.id }
    let byName =
      text.hasPrefix("id:") ? [] : groups.filter { $0.name == reference.text && !byID.map(\.id).contains($0.id) }
    let found = byID + byName
    guard let group = found.first else {
      throw Failure(.inputMissing, "the platform has no \(what) '\(text)'", hint: hint)
    }
    guard found.count == 1 else {
      var failure = PlatformReference.ambiguous(text, what, found.map { "\($0.id) '\($0.name)'" })
      failure = Failure(failure.kind, failure.message, hint: "write id:\(reference.text) or name:\(reference.text)")
      throw failure
    }
    return group.id
  }

  /// Returns the rollout with an id or a name.
  ///
  /// - Throws: ``Failure`` for an unknown or ambiguous name.
  package func rollout(_ text: String) async throws -> RolloutReply {
    let reference = PlatformReference(text)
    let all = try await all("/manage/rollouts", [reference.query], as: RolloutList.self)
    return try reference.one(
      of: all, "rollout", id: \.id, names: { [$0.name] }, words: { "\($0.id) '\($0.name)' (\($0.phase.rawValue))" },
      hint: "see: asvin-pack rollout list")
  }

  /// Returns the devices with ids, names or labels, each device once.
  ///
  /// A device chooses its own name and label. Therefore neither is accepted as the id of another device, and the operator
  /// must decide if a text is the name of one device and the label of another.
  ///
  /// - Throws: ``Failure`` for an unknown or ambiguous text.
  package func devices(_ texts: [String]) async throws -> [DeviceReply] {
    var chosen: [DeviceReply] = []
    for text in texts {
      let reference = PlatformReference(text)
      let all = try await self.all("/manage/devices", [reference.query], as: DeviceList.self)
      let device = try reference.one(
        of: all, "device", id: \.id,
        names: { device in
          // Names of devices are unique regardless of case.
          (device.name.lowercased() == reference.text.lowercased() ? [reference.text] : []) + [device.label]
        },
        words: { "\($0.id) (name '\($0.name)', label '\($0.label)')" }, hint: "see: asvin-pack device list")
      if !chosen.contains(where: { $0.id == device.id }) { chosen.append(device) }
    }
    return chosen
  }

  /// Returns the tokens with ids or names, each token once.
  ///
  /// - Throws: ``Failure`` for an unknown text.
  package func tokens(_ texts: [String]) async throws -> [TokenReply] {
    let all = try await self.all("/manage/tokens", as: TokenList.self)
    var chosen: [TokenReply] = []
    for text in texts {
      let token = try PlatformReference(text).one(
        of: all, "token", id: \.id, names: { [$0.name] }, words: { "\($0.id) '\($0.name)' (\($0.role.rawValue))" },
        hint: "see: asvin-pack token list")
      if !chosen.contains(where: { $0.id == token.id }) { chosen.append(token) }
    }
    return chosen
  }

  /// Returns the expected device with a name, or with an id in the list of expected devices.
  ///
  /// - Throws: ``Failure`` for an unknown or ambiguous text.
  package func expectedDevice(_ text: String) async throws -> ExpectedDeviceReply {
    let reference = PlatformReference(text)
    let all = try await self.all("/manage/expected-devices", [reference.query], as: ExpectedDeviceList.self)
    return try reference.one(
      of: all, "expected device", id: \.id, names: { [$0.name] }, words: { "\($0.id) '\($0.name)'" },
      hint: "see: asvin-pack device expected")
  }

  /// Returns the enrolment tokens with ids or names, each token once.
  ///
  /// - Throws: ``Failure`` for an unknown text.
  package func enrolmentTokens(_ texts: [String]) async throws -> [EnrolmentTokenReply] {
    let all = try await self.all("/manage/enrolment-tokens", as: EnrolmentTokenList.self)
    var chosen: [EnrolmentTokenReply] = []
    for text in texts {
      let token = try PlatformReference(text).one(
        of: all, "enrolment token", id: \.id, names: { [$0.name] }, words: { "\($0.id) '\($0.name)'" },
        hint: "see: asvin-pack enrolment-token list")
      if !chosen.contains(where: { $0.id == token.id }) { chosen.append(token) }
    }
    return chosen
  }

  /// Returns a warning about a new name that looks like an id.
  package static func warning(naming name: String, _ what: String) -> String? {
    PlatformReference.isLikeID(name)
      ? "'\(name)' looks like an id: write name:\(name) for this \(what) from now on" : nil
  }
}

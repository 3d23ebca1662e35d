import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let enrolmentTokens: [Route] = [
    Route(
      .get, "/manage/enrolment-tokens", .person(.administer), "List the enrolment tokens",
      query: Property.list(GroupSort.self, Property.groupFilters), answers: .json(EnrolmentTokenList.self, "The tokens")
    ) { call in
      let query = try call.query
      let listing = try query.listing(NameFilter<EnrolmentToken>(query))
      let page = try await call.read { try $0.enrolmentTokens(listing) }
      var list = EnrolmentTokenList(items: page.items.map { EnrolmentTokenReply($0) }, next: page.next?.text)
      list.damaged = page.damaged.isEmpty ? nil : page.damaged
      return try Reply.json(list)
    },
    Route(
      .post, "/manage/enrolment-tokens", .person(.administer),
      "Create a token that only enrols devices; the secret is returned only once",
      body: EnrolmentTokenRequest.self, answers: .json(201, EnrolmentTokenReply.self, "The token"),
      .problem(409, "An enrolment token with that name exists")
    ) { call in
      let body = try await call.body(EnrolmentTokenRequest.self)
      let secret = EnrolmentSecret.new()
      var token = EnrolmentToken(named: body.name, secret, at: call.now)
      token.expires = body.days.map { Instant(call.now.seconds + Int64($0) * 86_400) }
      (token.limit, token.group) = (body.uses, body.group.map { ID($0) })
      return try await call.create(token, secret)
    },
    Route(
      .delete, "/manage/enrolment-tokens/{enrolmentToken}", .person(.administer), "Revoke an enrolment token",
      answers: .nothing(204, "The token is revoked; the devices that it enrolled stay enrolled")
    ) { call in
      let id: ID<EnrolmentToken> = try call.id("enrolmentToken", of: .enrolmentToken)
      try await call.write { rows in
        guard let token = try rows.enrolmentToken(id) else { throw PlatformError.notFound(.enrolmentToken) }
        try rows.remove(id)
        try rows.record(.deleteEnrolmentToken, "enrolment token \(id.value)", token.details, call)
      }
      return Response(status: .noContent)
    },
    Route(
      .post, "/manage/devices/{device}/rekey", .person(.operate),
      "Create an enrolment token, valid for one day and once, by which the device replaces a lost key",
      answers: .json(201, EnrolmentTokenReply.self, "The token; the device keeps its id, its group and its history")
    ) { call in
      let id: ID<Device> = try call.id("device", of: .device)
      let secret = EnrolmentSecret.new()
      var token = EnrolmentToken(named: "rekey \(secret.handle)", secret, at: call.now)
      token.expires = Instant(call.now.seconds + 86_400)
      (token.limit, token.device) = (1, id)
      return try await call.create(token, secret)
    },
  ]

  static let settings: [Route] = [
    Route(
      .get, "/manage/settings", .person(.read), "Show what the workspace has switched on",
      answers: .json(SettingsMessage.self, "The settings")
    ) { call in
      try Reply.json(SettingsMessage(try await call.read { try $0.settings() }))
    },
    Route(
      .put, "/manage/settings", .person(.administer),
      "Switch the API of asvin's clients, enrolment with the customer key, and compulsory approval on or off",
      body: SettingsChange.self,
      answers: .json(SettingsMessage.self, "The settings")
    ) { call in
      let body = try await call.body(SettingsChange.self)
      let changed = try await call.write { try $0.change(body, by: call.caller.name, at: call.now) }
      return try Reply.json(SettingsMessage(changed))
    },
  ]
}

extension Call {
  /// Adds an enrolment token, and replies with its secret.
  fileprivate func create(_ token: EnrolmentToken, _ secret: EnrolmentSecret) async throws -> Response {
    let call = self
    let added = try await write { rows in
      let added = try rows.add(token)
      try rows.record(.createEnrolmentToken, "enrolment token \(added.id.value)", added.details, call)
      return added
    }
    var reply = EnrolmentTokenReply(added)
    (reply.token, reply.proofKey) = (secret.text, added.digest.hexadecimal)
    return try Reply.json(reply, status: .created)
  }
}

extension EnrolmentToken {
  fileprivate init(named name: String, _ secret: EnrolmentSecret, at now: Instant) {
    self.init(id: ID(0), name: name, handle: secret.handle, digest: secret.digest, created: now)
  }

  /// What the token permits, for the audit log.
  fileprivate var details: [AuditDetail] {
    let numbers: [(String, Int64?)] = [
      ("expires", expires?.seconds), ("limit", limit.map { Int64($0) }), ("group", group?.value),
      ("device", device?.value),
    ]
    return [AuditDetail("name", name)]
      + numbers.compactMap { name, number in number.map { AuditDetail(name, "\($0)") } }
  }
}

extension EnrolmentTokenReply {
  init(_ token: EnrolmentToken) {
    self.init(
      id: token.id.value, name: token.name, handle: token.handle, created: token.created.seconds,
      expires: token.expires?.seconds, limit: token.limit, uses: token.uses, group: token.group?.value,
      device: token.device?.value)
    lastUse = token.lastUse?.seconds
  }
}

extension SettingsMessage {
  fileprivate init(_ settings: WorkspaceSettings) {
    self.init(
      asvinClients: settings.servesAsvinClients, customerKeyEnrolment: settings.enrolsByCustomerKey,
      approval: settings.needsApproval)
  }
}

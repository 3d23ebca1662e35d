import AsvinCrypto
package import AsvinPlatform
package import AsvinPlatformAPI
import FoundationEssentials
import Testing

extension RawReply {
  /// Decodes the body as a message.
  package func message<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: Data(body))
  }
}

extension PlatformUnderTest {
  /// Creates a token with a role, as an administrator does.
  package func access(_ role: Role, in other: Workspace? = nil, expires: Instant? = nil) async throws -> String {
    let secret = "asvin_\(role.rawValue)-\(UInt64.random(in: 0 ... .max))"
    let bytes = Array(secret.utf8)
    let token = AccessToken(
      id: ID(0), name: secret, role: role, digest: SHA256.digest(of: bytes.span), created: clock.now, expires: expires)
    _ = try await store.write(in: (other ?? workspace).id) { try $0.add(token) }
    return secret
  }

  /// Calls the device API or the management API.
  package func call(
    _ method: String, _ path: String, _ token: String? = nil, _ body: (any Encodable)? = nil,
    fields: [String] = []
  ) async throws -> RawReply {
    let bytes = try body.map { [UInt8](try JSONEncoder().encode($0)) } ?? []
    return try await send(bytes, method, path, token, fields: fields + ["Content-Type: application/json"])
  }

  /// Sends a request with a body of bytes.
  package func send(
    _ bytes: [UInt8], _ method: String, _ path: String, _ token: String?, fields: [String] = []
  ) async throws -> RawReply {
    var lines = ["\(method) \(path) HTTP/1.1", "Host: platform.example", "Connection: close"] + fields
    if let token { lines.append("Authorization: Bearer \(token)") }
    lines.append("Content-Length: \(bytes.count)")
    let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
    let connection = try await RawConnection.open(port: port)
    defer { connection.end() }
    return try await connection.exchange(Array(head.utf8) + bytes)
  }

  /// Creates a file group that trusts a test key.
  package func fileGroup(_ admin: String, _ name: String = "kettles", trust: [String]? = nil) async throws
    -> FileGroupReply
  {
    let keys = try trust ?? [TestBundles.publicKey()]
    let reply = try await call("POST", "/manage/file-groups", admin, FileGroupRequest(name: name, trust: keys))
    try #require(reply.status == 201)
    return try reply.message()
  }

  /// Uploads a bundle and finishes the upload.
  package func upload(_ bytes: [UInt8], to group: Int64, _ token: String) async throws -> RawReply {
    let request = UploadRequest(fileGroup: group, size: UInt64(bytes.count), digest: TestBundles.digest(bytes))
    let begun = try await call("POST", "/manage/uploads", token, request)
    try #require(begun.status == 201 || begun.status == 200, "\(begun.text)")
    guard let upload = try begun.message(UploadReply.self).upload else { return begun }
    let sent = try await send(bytes, "PATCH", "/manage/uploads/\(upload)?offset=0", token)
    try #require(sent.status == 200, "\(sent.text)")
    return try await call("POST", "/manage/uploads/\(upload)/finish", token)
  }

  /// Publishes a bundle to the first file group, which is created if there is none.
  package func publish(bundle: [UInt8]) async throws -> FirmwareReply {
    let admin = try await access(.admin)
    let groups = try await call("GET", "/manage/file-groups", admin).message(FileGroupList.self).items
    var group = groups.first
    if group == nil { group = try await fileGroup(admin) }
    let reply = try await upload(bundle, to: try #require(group).id, admin)
    try #require(reply.status == 200, "\(reply.text)")
    return try reply.message(PublicationReply.self).firmware
  }

  /// Starts a rollout of published firmware to a device group.
  package func rollOut(
    _ firmware: FirmwareReply, to name: String = "devices", batch: BatchMessage? = nil,
    times: TimesMessage = TimesMessage(offered: 0, downloading: 0, installed: 0, deadline: 0)
  ) async throws -> RolloutReply {
    let admin = try await access(.admin)
    let group = try #require(
      try await call("GET", "/manage/device-groups", admin).message(DeviceGroupList.self).items.first {
        $0.name == name
      })
    let request = RolloutRequest(
      name: "r", firmware: firmware.id, groups: [group.id], priority: batch == nil ? .immediately : .batch,
      batch: batch,
      times: times)
    let planned = try await call("POST", "/manage/rollouts", admin, request)
    try #require(planned.status == 201, "\(planned.text)")
    let id = try planned.message(RolloutReply.self).id
    return try await call("POST", "/manage/rollouts/\(id)/start", admin).message()
  }
}

extension PlatformUnderTest {
  /// Logs in as an ESP8266 does.
  package func token() async throws -> String {
    let reply = try await ask(
      ESPClient(chip: .esp8266, mac: "").post("/auth/login", ClientRequests.loginBody(clock.now.seconds)))
    return try #require(reply.json["token"])
  }
}

extension PlatformUnderTest {
  /// Logs in with the keys of a workspace.
  package func token(_ customerKey: String, _ deviceKey: String) async throws -> String {
    let time = clock.now.seconds
    let code = MessageCode.code(of: Array("\(time)\(deviceKey)".utf8), key: Array(customerKey.utf8)).hexadecimal
    let body = #"{"device_key":"\#(deviceKey)","timestamp":\#(time),"device_signature":"\#(code)"}"#
    let reply = try await ask(ESPClient(chip: .esp32, mac: "").post("/auth/login", body))
    return try #require(reply.json["token"])
  }

  /// Returns a device by its name.
  package func device(_ name: String) async throws -> Device? {
    try await store.read(in: workspace.id) { rows in try DeviceName(name).flatMap { try rows.device($0) } }
  }
}

extension PlatformStore {
  /// Adds an account to a workspace.
  package func add(_ account: Account, to workspace: ID<Workspace>) async throws {
    try await write(in: workspace) { try $0.add(account) }
  }
}

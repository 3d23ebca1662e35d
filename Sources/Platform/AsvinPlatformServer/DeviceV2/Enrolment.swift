import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinVerifier
import FoundationEssentials
import Hummingbird

extension DeviceV2 {
  static let enrolment: [Route] = [
    Route(
      .post, "/v2/devices", .workspace, "Enrol a device with a key of its own; it waits in the lobby",
      takes: EnrolmentRequest.self, gives: .json(201, EnrolmentReply.self, "It is new"),
      .json(200, EnrolmentReply.self, "It was known by this key"),
      .problem(409, "A device of that name is known by another key"),
      .problem(403, "The signature is not the key's")
    ) { call in
      let body = try await call.body(EnrolmentRequest.self)
      guard let name = DeviceName(body.name), let deviceClass = Identifier(uuid: body.deviceClass),
        let key = FixedBytes<32>([UInt8](body.key).span)
      else { throw Refusal.malformed("name has printable ASCII characters only") }
      guard DeviceKey.isSignature(body.proof, of: DeviceKey.enrolment(of: body.name), by: key) else {
        throw Refusal(status: .forbidden, message: "the proof is no signature of the name by the key")
      }
      let enrolment = AsvinPlatform.Enrolment(
        name: name, label: body.label, firmwareVersion: body.version, deviceClass: deviceClass, key: key)
      let now = call.now
      let (device, isNew) = try await call.write { rows in
        let (device, isNew) = try rows.enrol(enrolment, at: now)
        if isNew { try rows.record("device.enrol", "device \(device.id.value)", by: "device", at: now) }
        return (device, isNew)
      }
      return try Reply.json(
        EnrolmentReply(
          workspace: try call.workspace.value, device: device.id.value, placement: PlacementName(device.placement)),
        status: isNew ? .created : .ok)
    },
    Route(
      .post, "/v2/challenges", .open, "Get a nonce for a login",
      gives: .json(201, ChallengeReply.self, "A nonce")
    ) { call in
      // Thousands of gateways may be behind one address; what is kept of a challenge is little, and ends.
      try call.limit("challenge", perMinute: 60_000)
      let (nonce, expires) = call.platform.challenges.new(at: call.now)
      return try Reply.json(ChallengeReply(nonce: Data(nonce), expires: expires.seconds), status: .created)
    },
    Route(
      .post, "/v2/login", .open, "Log in with a device's own key",
      takes: LoginRequest.self, gives: .json(LoginReply.self, "A token for ten minutes"),
      .problem(401, "The nonce or the signature is not good"), .problem(403, "The device is blacklisted")
    ) { call in
      let body = try await call.body(LoginRequest.self)
      try call.limit("login \(body.workspace)/\(body.device)")
      let message = DeviceKey.login(nonce: [UInt8](body.nonce), workspace: body.workspace, device: body.device)
      let device = try await call.platform.store.read(in: ID(body.workspace)) { try $0.device(ID(body.device)) }
      // The nonce is spent, whatever comes of it.
      guard call.platform.challenges.use([UInt8](body.nonce), at: call.now), let device, let key = device.key,
        DeviceKey.isSignature(body.signature, of: message, by: key)
      else { throw Refusal(status: .unauthorized, message: "the nonce or the signature is not good") }
      // It is told only to who has the key.
      guard device.placement != .blacklisted else { throw Refusal.blacklisted }
      let token = try await call.platform.tokens.token(for: device.id, of: ID(body.workspace), at: call.now)
      return try Reply.json(LoginReply(token: token, expires: call.now.seconds + Tokens.lifetime))
    },
  ]
}

extension Call {
  /// Refuses what comes too often from one address.
  func limit(_ what: String, perMinute limit: Int? = nil) throws {
    let allowance = platform.limiter.take("\(context.peer) \(what)", at: now, limit: limit)
    guard allowance.isWithin else { throw Refusal(tooMany: allowance) }
  }
}

/// What a device signs with its key.
enum DeviceKey {
  static func enrolment(of name: String) -> [UInt8] { Array("asvin-platform-enrol\0\(name)".utf8) }

  static func login(nonce: [UInt8], workspace: Int64, device: Int64) -> [UInt8] {
    Array("asvin-platform-login\0".utf8) + nonce + Array("\(workspace)/\(device)".utf8)
  }

  static func isSignature(_ signature: Data, of message: [UInt8], by key: FixedBytes<32>) -> Bool {
    let signature = [UInt8](signature)
    guard let key = key.withSpan({ PublicKey(.ed25519, $0) }),
      key.withBytes({ Ed25519Profile.admits(signature: signature.span, key: $0) })
    else { return false }
    let empty: [UInt8] = []
    return OpenSSL().isSignature(
      signature.span, of: SignedMessage(head: message.span, payload: empty.span), by: key)
  }
}

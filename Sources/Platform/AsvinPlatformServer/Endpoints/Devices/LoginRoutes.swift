import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinVerifier
import FoundationEssentials
import Hummingbird

extension DeviceAPI {
  static let enrolment: [Route] = [
    Route(
      .post, "/v2/devices", .workspace, "Enrol a device with a key of its own; it waits in the lobby",
      body: EnrolmentRequest.self, answers: .json(201, EnrolmentReply.self, "The device is new"),
      .json(200, EnrolmentReply.self, "The device was enrolled with this key before"),
      .problem(409, "A device with that name has another key"),
      .problem(403, "The nonce or the proof is not valid, or enrolment is not permitted")
    ) { call in
      let body = try await call.body(EnrolmentRequest.self)
      // The nonce is used up even if the enrolment fails. It is checked before the signature, which costs more.
      guard call.platform.challenges.use([UInt8](body.nonce), at: call.now) else {
        throw Refusal(
          status: .forbidden, message: "the nonce of the enrolment is not valid",
          hint: "request a new one with POST /v2/enrolment-challenges")
      }
      guard let name = DeviceName(body.name), let deviceClass = Identifier(uuid: body.deviceClass),
        let key = FixedBytes<32>([UInt8](body.key).span)
      else { throw Refusal.malformed("name must have printable ASCII characters only") }
      let message = DeviceProof.enrolment(
        nonce: [UInt8](body.nonce), workspace: try call.workspace.value, name: body.name, deviceClass: deviceClass,
        version: body.version, key: [UInt8](body.key))
      guard DeviceSignature.isSignature(body.proof, of: message, by: key) else {
        throw Refusal(status: .forbidden, message: "the proof is not a signature of the enrolment by the key")
      }
      let enrolment = Enrolment(
        name: name, label: body.label, firmwareVersion: body.version, deviceClass: deviceClass,
        key: .ed25519(key))
      return try await call.enrol(enrolment)
    },
    Route(
      .post, "/v2/enrolments", .workspace, "Enrol a device with a symmetric key; it waits in the lobby",
      body: SharedKeyEnrolment.self, answers: .json(201, EnrolmentReply.self, "The device is new"),
      .json(200, EnrolmentReply.self, "The device was enrolled with this key before"),
      .problem(409, "A device with that name has another key"),
      .problem(403, "The request has no proof, or enrolment is not permitted")
    ) { call in
      // A bearer token could be repeated with another class or version.
      guard call.provenBody != nil else {
        throw Refusal(
          status: .forbidden, message: "the enrolment of a symmetric key needs a proof",
          hint: "prove the request with the scheme Asvin-Workspace")
      }
      let enrolment = try Enrolment(try await call.body())
      guard enrolment.firmwareVersion != nil else { throw Refusal.malformed("version is missing") }
      return try await call.enrol(enrolment)
    },
    Route(
      .post, "/v2/enrolment-challenges", .workspace, "Request a nonce for an enrolment with a key of its own",
      answers: .json(201, EnrolmentChallenge.self, "A nonce, and the workspace of the enrolment"),
      .problem(429, "Too many requests")
    ) { call in
      try call.limit("challenge", perMinute: PlatformLimit.anonymousPerMinute)
      let (nonce, expires) = call.platform.challenges.new(at: call.now)
      return try Reply.json(
        EnrolmentChallenge(workspace: try call.workspace.value, nonce: Data(nonce), expires: expires.seconds),
        status: .created)
    },
    Route(
      .post, "/v2/challenges", .open, "Request a nonce for a login, or for requests with a proof",
      answers: .json(201, ChallengeReply.self, "A nonce")
    ) { call in
      try call.limit("challenge", perMinute: PlatformLimit.anonymousPerMinute)
      let (nonce, expires) = call.platform.challenges.new(at: call.now)
      return try call.reply(ChallengeReply(nonce: Data(nonce), expires: expires.seconds), status: .created)
    },
    Route(
      .post, "/v2/login", .open, "Log in with a device's own key",
      body: LoginRequest.self, answers: .json(LoginReply.self, "A token that is valid for ten minutes"),
      .problem(401, "The nonce or the signature is not valid"), .problem(403, "The device is blacklisted")
    ) { call in
      let body = try await call.body(LoginRequest.self)
      try call.limit("login \(body.workspace)/\(body.device)")
      let message = DeviceProof.login(nonce: [UInt8](body.nonce), workspace: body.workspace, device: body.device)
      let device = try await call.platform.store.read(in: ID(body.workspace)) { try $0.device(ID(body.device)) }
      // The nonce is used up even if the login fails.
      guard call.platform.challenges.use([UInt8](body.nonce), at: call.now), let device,
        case .ed25519(let key) = device.key, DeviceSignature.isSignature(body.signature, of: message, by: key)
      else { throw Refusal(status: .unauthorized, message: "the nonce or the signature is not valid") }
      // Only the owner of the key learns that the device is blacklisted.
      guard device.placement != .blacklisted else { throw Refusal.blacklisted }
      let token = try await call.platform.tokens.token(
        for: device.id, key: key, of: ID(body.workspace), at: call.now)
      return try Reply.json(LoginReply(token: token, expires: call.now.seconds + PlatformLimit.tokenSeconds))
    },
  ]
}

extension Enrolment {
  /// Creates an enrolment with a symmetric key.
  init(_ body: SharedKeyEnrolment) throws {
    guard let name = DeviceName(body.name), let deviceClass = Identifier(uuid: body.deviceClass),
      let bytes = FixedBytes<32>([UInt8](body.key).span)
    else { throw Refusal.malformed("name must have printable ASCII characters only") }
    guard let key = SharedKey(bytes) else { throw Refusal.malformed("key must not have 32 equal bytes") }
    self.init(
      name: name, label: body.label, firmwareVersion: body.version, deviceClass: deviceClass, key: .shared(key))
  }
}

extension Call {
  /// Enrols a device, or registers it for an operator.
  func enrol(_ enrolment: Enrolment) async throws -> Response {
    let (time, actor, caller) = (now, caller.name, caller)
    let (device, isNew, replacesKey) = try await write { rows in
      let before = try rows.device(enrolment.name)?.key
      let (device, isNew) =
        switch caller {
        case .workspace: try rows.enrol(enrolment, permittedBy: .customerKey, by: actor, at: time)
        case .enrolling(let token, _): try rows.enrol(enrolment, permittedBy: .token(token), by: actor, at: time)
        case .person: try rows.enrol(enrolment, by: actor, at: time)
        case .anyone, .device: throw Refusal.badToken
        }
      return (device, isNew, before != nil && before != device.key)
    }
    // A token that replaced the device's key ends what the old key began.
    if replacesKey, let key = device.key { platform.tokens.endSessions(of: device.id, except: key) }
    return try reply(
      EnrolmentReply(workspace: try workspace.value, device: device.id.value, placement: device.placement),
      status: isNew ? .created : .ok)
  }

  /// Refuses a request that one address sends too often.
  func limit(_ what: String, perMinute limit: Int? = nil) throws {
    let allowance = platform.limiter.take("\(context.peer) \(what)", at: now, limit: limit)
    guard allowance.isWithin else { throw Refusal(tooMany: allowance) }
  }
}

/// Verifies signatures of devices.
enum DeviceSignature {
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

import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import HTTPTypes
import Hummingbird

/// A login of asvin's clients.
enum ClientLogin {
  struct Body {
    let keys: ClientBody
    let timestamp, signature, email, password: String?

    init(_ body: ClientBody) throws {
      keys = body
      (email, password) = (try body.text("email"), try body.text("password"))
      timestamp = try body.numberOrText("timestamp")
      // The spelling with a hyphen is that of asvin's sample in PHP.
      signature = try body.text("device_signature") ?? body.text("device-signature")
    }
  }

  /// Whether a signature authenticates a time and a device key under a customer key.
  static func isSignature(_ signature: String, timestamp: String, deviceKey: String, customerKey: String) -> Bool {
    guard let code = Digest(hexadecimal: signature) else { return false }
    return MessageCode.isCode(code, of: Array((timestamp + deviceKey).utf8), key: Array(customerKey.utf8))
  }

  /// Compares two keys in constant time.
  static func isSame(_ left: String, _ right: String) -> Bool {
    let key = Array("comparison".utf8)
    return MessageCode.isCode(MessageCode.code(of: Array(left.utf8), key: key), of: Array(right.utf8), key: key)
  }
}

extension AsvinClientsAPI {
  func login(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try ClientLogin.Body(try await request.clientBody())
    let now = clock()
    let identity = body.email.map { Account.folded($0) } ?? body.keys.deviceKey ?? ""
    let allowance = limiter.take("\(context.peer) \(identity)", at: now)
    guard allowance.isWithin else { throw Refusal(tooMany: allowance) }
    guard let workspace = try await workspaceID(of: body, from: context.peer, at: now) else {
      throw Refusal(status: .unauthorized, message: "the signature or the time is not valid", fields: allowance.fields)
    }
    // Gateways log in here too, to enrol. Whether the workspace serves asvin's clients is checked when the token is used.
    // A blacklisted board gets no token, if the client names its board.
    if let name = BoardFields(request.headers).name,
      try await store.read(in: workspace, { try $0.device(name) })?.placement == .blacklisted
    {
      throw Refusal.blacklisted
    }
    var response = try Reply.json(["token": try await tokens.token(for: workspace, at: now)])
    for field in allowance.fields { response.headers[field.name] = field.value }
    return response
  }

  private func workspaceID(
    of body: ClientLogin.Body, from address: String, at now: Instant
  ) async throws -> ID<Workspace>? {
    // The first generation logs in to asvin's ledger and to IPFS with an account.
    if let email = body.email, let password = body.password {
      return try await accounts.workspace(email, password, from: address, in: store, limiter: limiter, at: now)
    }
    return try await workspace(of: body, at: now)?.id
  }

  private func workspace(of body: ClientLogin.Body, at now: Instant) async throws -> Workspace? {
    guard let deviceKey = body.keys.deviceKey else { return nil }
    // The first generation sends both keys and no signature.
    guard let signature = body.signature, let timestamp = body.timestamp else {
      return try await body.keys.workspace(in: store, at: now)
    }
    let tolerated = now.seconds - PlatformLimit.clockError...now.seconds + PlatformLimit.clockError
    guard let seconds = Int64(timestamp), tolerated.contains(seconds),
      let workspace = try await store.workspace(deviceKey: deviceKey),
      workspace.customerKeys(at: now).contains(where: { key in
        ClientLogin.isSignature(signature, timestamp: timestamp, deviceKey: deviceKey, customerKey: key)
      })
    else { return nil }
    return workspace
  }
}

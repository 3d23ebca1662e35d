import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension AsvinClientsAPI {
  func register(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.clientBody()
    let workspace = try await provenWorkspace(context, keys: body)
    let name = try Self.name(body.required("mac"))
    let version = try Self.version(body.required("firmware_version"))
    let label = try body.text("name").map(Self.label)
    let now = clock()
    let origin = AuditOrigin(name: "device", address: context.peer)
    let isNew = try await store.poll(in: workspace, from: origin) { rows in
      try rows.requireOpenToClients()
      guard try rows.device(name)?.key == nil else { throw Refusal.ownKey }
      return try rows.register(name, label: label, firmwareVersion: version, at: now).isNew
    }
    return try Reply.json(["message": isNew ? "Device inserted!" : "Device exists!", "firmware_version": version])
  }

  func nextRollout(_ request: Request, context: PlatformContext) async throws -> Response {
    // asvin's clients do not know Retry-After and log in again after an error. Under load they have no rollout.
    guard !pace.refuses(.poll) else { return Reply.emptyObject }
    let body = try await request.clientBody()
    let workspace = try await provenWorkspace(context, keys: body)
    let name = try Self.name(body.required("mac"))
    let version = try Self.version(body.required("firmware_version"))
    let now = clock()
    let offer = try await store.poll(in: workspace) { rows in
      try rows.requireOpenToClients()
      return try rows.nextImage(for: name, firmwareVersion: version, at: now)
    }
    guard let offer else { return Reply.emptyObject }
    let known = RolloutOffer(offer, at: now)
    return Reply.bytes(try offers.value(known, known.message), "application/json")
  }

  func success(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.clientBody()
    let workspace = try await workspace(context, keys: body)
    let name = try Self.name(body.required("mac"))
    // A library of 2021-05 omits it and means the rollout that the device was offered last.
    let named = try body.numberOrText("rollout_id").map { Int64($0) }
    if let named, named == nil { throw Refusal.notFound("the rollout does not exist") }
    let now = clock()
    let isFirst: Bool
    do {
      // The version in the body is the old one, because the device has not restarted yet.
      isFirst = try await store.write(in: workspace) { rows in
        guard var device = try rows.device(name), device.key == nil else { throw PlatformError.notFound(.device) }
        let last = try rows.unconfirmedRollouts(of: device.id).last
        guard let rollout = named.flatMap({ $0.map { ID($0) } }) ?? last else { throw PlatformError.notFound(.rollout) }
        return try rows.apply(.writes, from: &device, about: rollout, at: now)
      }
    } catch let error as PlatformError {
      guard case .notFound = error else { throw Refusal(error) }
      throw Refusal.notFound("the device was not offered that rollout")
    }
    return try Reply.json(["message": isFirst ? "Successfully inserted!" : "Existing Record"])
  }

  static func name(_ text: String) throws -> DeviceName {
    guard let name = DeviceName(text) else { throw Refusal.malformed("mac must have 1 to 128 printable characters") }
    return name
  }

  private static func version(_ text: String) throws -> String {
    guard text.utf8.count <= 128 else { throw Refusal.malformed("firmware_version must have at most 128 bytes") }
    return VisibleText.cleaned(text)
  }

  private static func label(_ text: String) throws -> String {
    guard text.utf8.count <= 256 else { throw Refusal.malformed("name must have at most 256 bytes") }
    return VisibleText.cleaned(text)
  }
}

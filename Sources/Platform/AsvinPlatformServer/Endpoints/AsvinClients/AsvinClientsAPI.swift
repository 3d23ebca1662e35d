import AsvinPlatform
import HTTPTypes
import Hummingbird

/// The API of asvin's device clients of all three generations, on one host.
struct AsvinClientsAPI: Sendable {
  let store: any PlatformStore
  let objects: any ObjectStore
  let tokens: Tokens
  let fingerprint: @Sendable () -> String?
  let limiter: RateLimiter
  let pace: DevicePacer
  let accounts: AccountLogins
  let offers = Memory<RolloutOffer, [UInt8]>()
  let clock: @Sendable () -> Instant

  func add(to router: some RouterMethods<PlatformContext>) {
    let router = router.group().add(middleware: Admission(tokens: tokens, limiter: limiter, clock: clock))
    router.post("auth/login", use: login)
    router.post("api/device/register", use: register)
    router.post("api/device/next/rollout", use: nextRollout)
    router.post("api/device/success/rollout", use: success)
    router.post("device/get", use: deviceByBody)
    router.get("device/:id", use: deviceByPath)
    router.post("firmware/get", use: firmwareByBody)
    router.get("firmware/:id", use: firmwareByPath)
    router.post("firmware/download", use: download)
    router.get("api/device", use: devices)
    router.get("api/device/:mac", use: device)
    router.delete("api/device", use: deleteDevice)
    router.get("api/report/:type", use: report)
    router.get("fingerprints", use: fingerprints)
    // The ESP8266 clients of 2021-05 to 2021-09 use POST.
    router.post("fingerprints", use: fingerprints)
  }

  /// Returns the workspace of a request by its token, or by the keys in its body, as the first generation sends them.
  func workspace(_ context: PlatformContext, keys: ClientBody? = nil) async throws -> ID<Workspace> {
    let id = try await provenWorkspace(context, keys: keys)
    try await store.read(in: id) { try $0.requireOpenToClients() }
    return id
  }

  /// Returns the workspace as ``workspace(_:keys:)`` does, and leaves to the caller's transaction whether it is open to
  /// asvin's clients. A poll needs one transaction in place of two.
  func provenWorkspace(_ context: PlatformContext, keys: ClientBody? = nil) async throws -> ID<Workspace> {
    var id = context.workspace
    if id == nil { id = try await keys?.workspace(in: store, at: clock())?.id }
    guard let id else { throw Refusal.badToken }
    context.actor.note(.workspace(id))
    return id
  }

  func fingerprints(_ request: Request, context: PlatformContext) throws -> Response {
    guard let fingerprint = fingerprint() else { throw Refusal.notFound("the platform does not have a certificate") }
    return try Reply.json(["bc": fingerprint, "ipfs": fingerprint, "oauth": fingerprint, "vc": fingerprint])
  }
}

extension ReadTransaction {
  /// Requires that the workspace exists and serves asvin's clients.
  ///
  /// - Throws: ``Refusal``.
  func requireOpenToClients() throws {
    let isOpen: Bool
    do {
      isOpen = try settings().servesAsvinClients
    } catch PlatformError.notFound {
      throw Refusal.badToken
    }
    guard isOpen else { throw Refusal(.closed(.asvinClients)) }
  }
}

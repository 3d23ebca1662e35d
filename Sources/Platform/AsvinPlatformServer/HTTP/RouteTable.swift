import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird

/// The API of verifying devices.
enum DeviceAPI {
  static let routes: [Route] = enrolment + keys + updates + payloads
}

/// The API of users and build servers.
enum Management {
  static let routes: [Route] =
    access + enrolmentTokens + settings + audit + webhooks + fileGroups + uploads + firmware + deviceGroups + devices
    + rollouts + rolloutFailures + rolloutActions + keeping + bulk + metrics + expectedDevices + accounts + users
    + releases
}

/// All routes of the device API and of the management API.
enum RouteTable {
  static let all: [Route] = DeviceAPI.routes + Management.routes

  static func add(_ routes: [Route] = all, to router: Router<PlatformContext>, _ platform: Platform) {
    for route in routes {
      router.on(route.routerPath, method: route.method) { request, context in
        try await answer(route, request, context, platform)
      }
    }
  }

  private static func answer(
    _ route: Route, _ request: Request, _ context: PlatformContext, _ platform: Platform
  ) async throws -> Response {
    try platform.pace.admit(route.pacingKind)
    let now = platform.clock()
    let (caller, body) = try await caller(of: request, context, for: route, platform, at: now)
    context.actor.note(caller)
    let call = Call(
      request: request, context: context, caller: caller, platform: platform, route: route, now: now, provenBody: body)
    do {
      if case .device(let device, _) = caller, route.parameters.contains("device"),
        context.parameters.get("device") != Route.selfName
      {
        // A device may act only for itself.
        let named: ID<Device> = try call.id("device", of: .device)
        guard named == device else { throw Refusal(status: .forbidden, message: "the token belongs to another device") }
      }
      return try await route.run(call)
    } catch let error as PlatformError {
      throw Refusal(error)
    }
  }

  private static func caller(
    of request: Request, _ context: PlatformContext, for route: Route, _ platform: Platform, at now: Instant
  ) async throws -> (caller: Caller, body: Digest?) {
    switch route.access {
    case .device:
      if let known = try await platform.caller(proving: .device, request, context, at: now) { return known }
    case .workspace:
      if let known = try await platform.caller(proving: .workspace, request, context, at: now) { return known }
    case .open, .person: break
    }
    return (try await bearer(of: request, context, for: route, platform, at: now), nil)
  }

  private static func bearer(
    of request: Request, _ context: PlatformContext, for route: Route, _ platform: Platform, at now: Instant
  ) async throws -> Caller {
    if case .open = route.access {
      try platform.limiter.admitAnyone(from: context, at: now)
      return .anyone
    }
    if let signedIn = context.signedIn, case .person(let permission) = route.access {
      guard signedIn.token.role.may(permission) else { throw Refusal(missing: permission, signedIn.token.role) }
      return .person(signedIn.token, of: signedIn.workspace)
    }
    guard let token = request.bearerToken else { throw Refusal.noToken }
    switch route.access {
    case .open: return .anyone
    case .workspace:
      if let secret = EnrolmentSecret(token) {
        try platform.limiter.admitAnyone(from: context, at: now)
        guard let (workspace, known) = try await platform.store.enrolmentToken(secret, at: now) else {
          throw Refusal.badAccess
        }
        return .enrolling(known.id, of: workspace)
      }
      guard let workspace = await platform.tokens.workspace(of: token, at: now) else { throw Refusal.badToken }
      return .workspace(workspace)
    case .device:
      guard let (device, workspace) = await platform.tokens.device(of: token, at: now) else { throw Refusal.badToken }
      return .device(device, of: workspace)
    case .person(let permission):
      guard let access = try await platform.store.access(AccessSecret.digest(of: token)), access.token.isValid(at: now)
      else { throw Refusal.badAccess }
      if access.token.isNews(at: now) {
        let id = access.token.id
        // The time is information for operators. A disk that is full must not refuse what only reads.
        try? await platform.store.write(in: access.workspace) { try $0.markUsed(id, at: now) }  // the request decides
      }
      guard access.token.role.may(permission) else { throw Refusal(missing: permission, access.token.role) }
      return .person(access.token, of: access.workspace)
    }
  }
}

extension Request {
  /// The bearer token (RFC 6750 §2.1).
  var bearerToken: String? {
    guard let field = headers[.authorization], field.lowercased().hasPrefix("bearer ") else { return nil }
    return String(field.dropFirst(7))
  }
}

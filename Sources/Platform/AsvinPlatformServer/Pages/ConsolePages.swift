import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

/// The web pages for operators.
struct ConsolePages: Sendable {
  /// Where the paths of all pages begin.
  static let root = "/console"

  let platform: Platform
  let management: ManagementCalls
  let templates: PageTemplates
  let firstStart: FirstStart
  let streams = ChangeStreams()
  private let catalogs: [PageLanguage: PageCatalog]
  /// Whether the server itself receives requests over TLS.
  private let isTLS: Bool

  static let routes: [PageRoute] =
    signIn + home + devices + deviceGroups + events + fileGroups + uploads + firmware + rollouts + account

  /// - Throws: an error for a template or a catalog that is not valid, which is a defect of the program.
  init(_ platform: Platform, firstStart: FirstStart, isTLS: Bool) throws {
    self.platform = platform
    self.firstStart = firstStart
    self.isTLS = isTLS
    management = ManagementCalls(platform)
    templates = try PageTemplates()
    catalogs = try Dictionary(uniqueKeysWithValues: PageLanguage.allCases.map { ($0, try PageCatalog($0)) })
  }

  func add(to router: Router<PlatformContext>) {
    router.get("") { _, _ in PageReply.redirect(to: "") }
    for asset in PageAsset.all {
      router.get(RouterPath(Self.root + asset.path)) { _, _ in
        var response = PageReply.asset(asset)
        PageReply.protect(&response)
        return response
      }
    }
    for route in Self.routes {
      router.on(route.routerPath, method: route.method) { request, context in
        var response = try await answer(route, request, context)
        PageReply.protect(&response)
        return response
      }
    }
    router.get("\(Self.root)/**") { request, context in
      var response = try await answer(.page("", .anyone) { _ in throw PageProblem.notFound }, request, context)
      PageReply.protect(&response)
      return response
    }
  }

  /// Whether a browser's request arrived over TLS, here or at a proxy that is believed.
  func isSecure(_ context: PlatformContext) -> Bool { isTLS || context.isForwardedSecurely }

  private func answer(_ route: PageRoute, _ request: Request, _ context: PlatformContext) async throws -> Response {
    let now = platform.clock()
    try platform.limiter.admitAnyone(from: context, at: now)
    var context = context
    let known = PageCookie(request, isSecure: isSecure(context))
    if let known, let session = try await platform.store.session(known.digest), session.isValid(at: now) {
      context.signedIn = session
      context.actor.note(.person(session.token, of: session.workspace))
      await noteUse(of: session, at: now)
    }
    let language = context.signedIn?.user.language ?? PageLanguage(accepting: request.headers[.acceptLanguage] ?? "")
    guard let catalog = catalogs[language] else { throw PageProblem.notFound }
    let call = PageCall(
      request: request, context: context, pages: self, route: route, cookie: known ?? .new(), catalog: catalog, now: now
    )
    do {
      if case .user(let permission) = route.access {
        guard let signedIn = context.signedIn else { return call.askToSignIn() }
        guard signedIn.token.role.may(permission) else { throw Refusal(missing: permission, signedIn.token.role) }
      }
      return try await route.run(call)
    } catch let refusal as Refusal {
      return try call.page(
        "problem",
        ["notice": call.problem(refusal), "missing": .flag(refusal.status == .notFound)], status: refusal.status)
    } catch let error as PlatformError {
      let refusal = Refusal(error)
      return try call.page(
        "problem",
        ["notice": call.problem(refusal), "missing": .flag(refusal.status == .notFound)], status: refusal.status)
    } catch let problem as PageProblem {
      let notice: PageValue = [
        "kind": "problem", "message": .text(catalog.text("problem.\(problem.key)")),
        "hint": .text(catalog.text("problem.\(problem.key)-hint")),
      ]
      return try call.page("problem", ["notice": notice], status: problem.status)
    }
  }

  private func noteUse(of session: SignedIn, at now: Instant) async {
    guard session.session.isNews(at: now) else { return }
    let (digest, token) = (session.session.digest, session.token.id)
    // The time is information. A disk that is full must not refuse what only reads.
    try? await platform.store.write(in: session.workspace) { rows in  // the page decides
      try rows.markSeen(digest, at: now)
      try rows.markUsed(token, at: now)
    }
  }
}

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
  let figures = RecentFigures()
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
    var context = context
    let known = PageCookie(request, isSecure: isSecure(context))
    func call(in language: PageLanguage, _ context: PlatformContext) throws -> PageCall {
      guard let catalog = catalogs[language] else { throw PageProblem.notFound }
      return PageCall(request, context, self, route, known ?? .new(), catalog, at: now)
    }
    var page = try call(in: PageLanguage(accepting: request.headers[.acceptLanguage] ?? ""), context)
    do {
      try platform.limiter.admitAnyone(from: context, at: now)
      if let known, let session = try await platform.store.session(known.digest), session.isValid(at: now) {
        context.signedIn = session
        context.actor.note(.person(session.token, of: session.workspace))
        // What the script does by itself is not a use: a page that is left open does not prolong the session.
        if request.headers[.pageRefresh] == nil, route.path != ConsolePages.eventsPath {
          await noteUse(of: session, at: now)
        }
        page = try call(in: session.user.language ?? page.catalog.language, context)
      }
      if case .user(let permission) = route.access {
        guard let signedIn = context.signedIn else { return page.askToSignIn() }
        guard signedIn.token.role.may(permission) else { throw Refusal(missing: permission, signedIn.token.role) }
      }
      return try await route.run(page)
    } catch let problem as PageProblem {
      let notice: PageValue = [
        "kind": "problem", "message": .text(page.catalog.text("problem.\(problem.key)")),
        "hint": .text(page.catalog.text("problem.\(problem.key)-hint")),
      ]
      return try page.page("problem", ["notice": notice], status: problem.status)
    } catch {
      guard let refusal = FaultReplies.refusal(of: error, context) else { throw error }
      var response = try page.page("problem", ["notice": page.problem(refusal)], status: refusal.status)
      for field in refusal.fields { response.headers[field.name] = field.value }
      return response
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

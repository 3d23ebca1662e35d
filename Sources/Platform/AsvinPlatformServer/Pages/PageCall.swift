import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

/// A request for a page.
struct PageCall: Sendable {
  let request: Request
  let context: PlatformContext
  let pages: ConsolePages
  let route: PageRoute
  /// The browser's secret.
  let cookie: PageCookie
  /// The texts in the language of the user.
  let catalog: PageCatalog
  let now: Instant
  /// The query of the address. A plus sign in it is a space, and one that a value has is escaped.
  private let parameters: FormFields

  init(
    _ request: Request, _ context: PlatformContext, _ pages: ConsolePages, _ route: PageRoute, _ cookie: PageCookie,
    _ catalog: PageCatalog, at now: Instant
  ) {
    (self.request, self.context, self.pages, self.route) = (request, context, pages, route)
    (self.cookie, self.catalog, self.now) = (cookie, catalog, now)
    parameters = FormFields(Array((request.uri.query ?? "").utf8)) ?? FormFields()
  }

  var signedIn: SignedIn? { context.signedIn }
  var platform: Platform { pages.platform }

  /// The signed-in user.
  var user: SignedIn {
    get throws {
      guard let signedIn else { throw Refusal.badAccess }
      return signedIn
    }
  }

  func may(_ permission: Permission) -> Bool { signedIn?.token.role.may(permission) ?? false }

  /// Reads an id from the path, as text for another path.
  func id(_ name: String, of kind: PlatformError.Kind) throws -> Int64 {
    guard let text = context.parameters.get(name), let number = Int64(text), number > 0, "\(number)" == text else {
      throw Refusal(PlatformError.notFound(kind))
    }
    return number
  }

  /// Reads a parameter of the query; `nil` if it is absent or empty.
  func query(_ name: String) -> String? { parameters.text(name) }

  // The management API

  func get<Message: Decodable>(_ path: ManagementPath, as type: Message.Type = Message.self) async throws -> Message {
    try await pages.management.send(.get, path.text, nil, context)
  }

  func send<Message: Decodable>(
    _ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)? = nil, as type: Message.Type
  ) async throws -> Message {
    try await pages.management.send(method, path, body, context)
  }

  func send(_ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)? = nil) async throws {
    try await pages.management.send(method, path, body, context)
  }

  // Forms

  /// Reads the fields of a form that this browser was given.
  ///
  /// - Throws: ``PageProblem/expiredForm`` for a form of another site, or of a session that has ended.
  func form() async throws -> FormFields {
    if let site = request.headers[.fetchSite], site != "same-origin" { throw PageProblem.expiredForm }
    let bytes = try await request.bytes(upTo: PlatformLimit.formBytes)
    guard let fields = FormFields(bytes) else { throw Refusal.malformed("the form is not encoded as a browser does") }
    guard cookie.isFormCode(fields.exact("form")) else { throw PageProblem.expiredForm }
    return fields
  }

  // Replies

  /// Renders a page.
  ///
  /// - Parameter section: the entry of the navigation to which the page belongs.
  func page(
    _ template: String, _ values: [String: PageValue] = [:], section: PageSection? = nil,
    status: HTTPResponse.Status = .ok
  ) throws -> Response {
    var all = values.merging(frame(section)) { value, _ in value }
    if all["notice"] == nil { all["notice"] = notice ?? false }
    guard let html = pages.templates.html(template, .fields(all)) else {
      throw Refusal(status: .internalServerError, message: "the page '\(template)' does not exist")
    }
    var response = PageReply.html(html, catalog, status: status)
    // A visitor without a cookie gets one, because the form that is shown has its code.
    if signedIn == nil { cookie.set(on: &response, isSecure: isSecure) }
    return response
  }

  /// Renders a page again because the rules refuse the form.
  func retry(
    _ template: String, _ values: [String: PageValue] = [:], section: PageSection? = nil, _ refusal: Refusal
  ) throws -> Response {
    var values = values
    values["notice"] = problem(refusal)
    return try page(template, values, section: section, status: refusal.status)
  }

  /// Sends the browser to a page, which then states what was done.
  ///
  /// - Parameters:
  ///   - done: the key of the text below `done`.
  ///   - number: the number in the text.
  func redirect(to path: String, done: String? = nil, number: Int? = nil) -> Response {
    guard let done else { return PageReply.redirect(to: path) }
    let query = "done=\(done)" + (number.map { "&number=\($0)" } ?? "")
    return PageReply.redirect(to: "\(path)\(path.contains("?") ? "&" : "?")\(query)")
  }

  var isSecure: Bool { pages.isSecure(context) }

  /// What the last form did, as the query states it. Only texts of the catalog are shown.
  private var notice: PageValue? {
    guard let done = query("done"), done.utf8.count <= 40 else { return nil }
    let key = "done.\(done)"
    if let number = query("number").flatMap({ Int($0) }), number >= 0, catalog.texts["\(key).other"] != nil {
      return ["kind": "success", "message": .text(catalog.count(key, number))]
    }
    guard let text = catalog.texts[key] else { return nil }
    return ["kind": "success", "message": .text(text)]
  }

  /// The values that every page has.
  private func frame(_ section: PageSection?) -> [String: PageValue] {
    [
      "t": catalog.values, "language": .text(catalog.language.rawValue), "root": .text(ConsolePages.root),
      "style": .text(ConsolePages.root + PageAsset.style.path),
      "script": .text(ConsolePages.root + PageAsset.script.path),
      "icon": .text(ConsolePages.root + PageAsset.icon.path),
      "form": .text(cookie.formCode), "events": .text("\(ConsolePages.root)/events"),
      "user": signedIn.map { known in
        ["email": .text(known.user.email), "role": .text(catalog.text("role.\(known.token.role.rawValue)"))]
      } ?? false,
      "may": [
        "operate": .flag(may(.operate)), "publish": .flag(may(.publish)), "administer": .flag(may(.administer)),
      ],
      "sections": .list(
        PageSection.allCases.map { other in
          [
            "path": .text(ConsolePages.root + other.path), "name": .text(catalog.text("section.\(other.rawValue)")),
            "current": .flag(other == section),
          ]
        }),
    ]
  }
}

/// The entries of the navigation.
enum PageSection: String, CaseIterable {
  case home, devices, groups, firmware, rollouts, account

  var path: String { self == .home ? "" : "/\(rawValue)" }
}

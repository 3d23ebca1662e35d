import AsvinPlatform
import HTTPTypes
import Hummingbird

/// A page or the target of a form: its path, who may use it, and its handler. The router and the tests are made of these.
struct PageRoute: Sendable {
  let method: HTTPRequest.Method
  /// The path below ``ConsolePages/root`` in the form of OpenAPI, such as `/devices/{device}`.
  let path: String
  let access: PageAccess
  let run: @Sendable (PageCall) async throws -> Response

  /// A page, which changes nothing.
  static func page(
    _ path: String, _ access: PageAccess = .user(.read), run: @escaping @Sendable (PageCall) async throws -> Response
  ) -> PageRoute {
    PageRoute(method: .get, path: path, access: access, run: run)
  }

  /// The target of a form. Its secret was checked before the handler runs.
  static func form(
    _ path: String, _ access: PageAccess, run: @escaping @Sendable (PageCall, FormFields) async throws -> Response
  ) -> PageRoute {
    PageRoute(method: .post, path: path, access: access) { call in try await run(call, try await call.form()) }
  }

  /// The method in a request line.
  var verb: String { method.rawValue }

  /// The path in the form of the router.
  var routerPath: RouterPath {
    RouterPath(
      (ConsolePages.root + path).split(separator: "/").map {
        $0.first == "{" ? ":\($0.dropFirst().dropLast())" : "\($0)"
      }
      .joined(separator: "/"))
  }
}

/// Who may use a page.
enum PageAccess: Sendable {
  /// Anyone, signed in or not.
  case anyone
  /// A signed-in user whose role has a permission.
  case user(Permission)
}

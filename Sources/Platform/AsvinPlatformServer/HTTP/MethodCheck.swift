import HTTPTypes
import Hummingbird

/// Refuses a method that a path does not support with 405 (RFC 9110 §15.5.6) instead of 404.
struct MethodCheck: RouterMiddleware {
  private struct Shape {
    let parts: [Substring]
    var methods: [HTTPRequest.Method]

    func matches(_ path: [Substring]) -> Bool {
      parts.count == path.count && zip(parts, path).allSatisfy { $0.first == "{" || $0 == $1 }
    }
  }

  private let shapes: [Shape]

  init(_ routes: [Route]) {
    shapes = Dictionary(grouping: routes, by: \.path).map { path, routes in
      Shape(parts: path.split(separator: "/"), methods: routes.map(\.method))
    }
  }

  func handle(
    _ request: Request, context: PlatformContext, next: (Request, PlatformContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound {
      let path = request.uri.path.split(separator: "/")
      let methods = Set(shapes.filter { $0.matches(path) }.flatMap(\.methods))
      guard !methods.isEmpty, !methods.contains(request.method) else { throw error }
      throw Refusal(
        status: .methodNotAllowed, message: "the path does not support \(request.method.rawValue)",
        fields: [.allow: methods.map(\.rawValue).sorted().joined(separator: ", ")])
    }
  }
}

import AsvinPlatform
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// Requests of pages to the management API of the same process. The routes check the user's role, the values and the rules,
/// and write the audit log, so that a page cannot do anything that the API refuses.
struct ManagementCalls: Sendable {
  private let responder: any HTTPResponder<PlatformContext>

  init(_ platform: Platform) {
    let router = Router(context: PlatformContext.self)
    router.add(middleware: RefusalCarrier())
    router.add(middleware: FaultReplies())
    RouteTable.add(Management.routes, to: router, platform)
    responder = router.buildResponder()
  }

  /// Sends a request, and decodes the reply.
  ///
  /// - Parameter context: that of the page's request, with the user.
  /// - Throws: ``Refusal``.
  func send<Message: Decodable>(
    _ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)?, _ context: PlatformContext
  ) async throws -> Message {
    try JSONDecoder().decode(Message.self, from: Data(try await reply(method, path, body, context)))
  }

  /// Sends a request whose reply has no message that a page needs.
  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)?, _ context: PlatformContext
  ) async throws {
    _ = try await reply(method, path, body, context)
  }

  /// Passes the body of a page's request on, without reading it first.
  func forward(
    _ method: HTTPRequest.Method, _ path: String, _ original: Request, _ context: PlatformContext
  ) async throws -> Response {
    var fields: HTTPFields = [:]
    fields[.contentLength] = original.headers[.contentLength]
    let request = Request(
      head: HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: fields),
      body: original.body)
    return try await respond(request, context)
  }

  private func respond(_ request: Request, _ context: PlatformContext) async throws -> Response {
    // The metrics count the page, and not the request that it makes.
    var context = context
    context.coreContext.endpointPath = EndpointPath()
    do {
      return try await responder.respond(to: request, context: context)
    } catch let carried as CarriedRefusal {
      throw carried.refusal
    }
  }

  private func reply(
    _ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)?, _ context: PlatformContext
  ) async throws -> [UInt8] {
    var fields: HTTPFields = [:]
    var bytes = ByteBuffer()
    if let body {
      bytes = ByteBuffer(bytes: try Reply.encoded(body))
      fields[.contentType] = "application/json"
    }
    let request = Request(
      head: HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: fields),
      body: RequestBody(buffer: bytes))
    let response = try await respond(request, context)
    let received = ReceivedBody()
    try await response.body.write(received)
    return received.bytes
  }
}

/// A refusal that the router does not turn into a reply, because a page explains it.
private struct CarriedRefusal: Error {
  let refusal: Refusal
}

private struct RefusalCarrier: RouterMiddleware {
  func handle(
    _ request: Request, context: PlatformContext, next: (Request, PlatformContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let refusal as Refusal {
      throw CarriedRefusal(refusal: refusal)
    }
  }
}

/// Collects the body of a reply.
private final class ReceivedBody: ResponseBodyWriter {
  private(set) var bytes: [UInt8] = []

  func write(_ buffer: ByteBuffer) async throws { bytes += buffer.readableBytesView }
  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// The path of a request to the management API.
struct ManagementPath {
  private(set) var text: String

  init(_ path: String) { text = path }

  /// Adds a parameter to the query.
  func with(_ name: String, _ value: String?) -> ManagementPath {
    guard let value else { return self }
    var path = self
    path.text += "\(text.contains("?") ? "&" : "?")\(name)=\(value.percentEncoded)"
    return path
  }
}

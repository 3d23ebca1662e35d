import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird

/// An endpoint: its path, who may call it, its request and response schemas, and its handler. The router, the OpenAPI
/// document and the tests of permissions are made of these.
struct Route: Sendable {
  let method: HTTPRequest.Method
  /// The path in the form of OpenAPI, such as `/v2/devices/{device}`.
  let path: String
  let access: Access
  let summary: String
  /// The schema of the JSON body.
  let body: MessageSchema?
  /// The largest size of a body that is not JSON, in bytes.
  let bodyBytes: Int?
  /// The query parameters.
  let query: [Property]
  let answers: [Answer]
  let run: @Sendable (Call) async throws -> Response

  /// A possible reply of the route, apart from the errors of all routes.
  struct Answer: Sendable {
    let status: Int
    let summary: String
    let schema: MessageSchema?
    let mediaType: String?

    static func json(_ status: Int, _ type: any Described.Type, _ summary: String) -> Answer {
      Answer(status: status, summary: summary, schema: type.schema, mediaType: "application/json")
    }
    static func json(_ type: any Described.Type, _ summary: String) -> Answer { .json(200, type, summary) }
    static func nothing(_ status: Int, _ summary: String) -> Answer {
      Answer(status: status, summary: summary, schema: nil, mediaType: nil)
    }
    static func bytes(_ status: Int, _ mediaType: String, _ summary: String) -> Answer {
      Answer(status: status, summary: summary, schema: nil, mediaType: mediaType)
    }
    static func problem(_ status: Int, _ summary: String) -> Answer { .json(status, Problem.self, summary) }
  }

  init(
    _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ summary: String,
    body: (any Described.Type)? = nil, bodyBytes: Int? = nil, query: [Property] = [], answers: Answer...,
    run: @escaping @Sendable (Call) async throws -> Response
  ) {
    self.init(
      method, path, access, summary, body: body, bodyBytes: bodyBytes, query: query, answers: answers, run: run)
  }

  init(
    _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ summary: String,
    body: (any Described.Type)? = nil, bodyBytes: Int? = nil, query: [Property] = [], answers: [Answer],
    run: @escaping @Sendable (Call) async throws -> Response
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.summary = summary
    self.body = body?.schema
    self.bodyBytes = bodyBytes
    self.query = query
    self.answers = answers
    self.run = run
  }

  /// The word that names the calling device in a path.
  static let selfName = "self"

  /// The method in a request line.
  var verb: String { method.rawValue }

  /// The names of the path parameters.
  var parameters: [String] {
    path.split(separator: "/").filter { $0.first == "{" }.map { String($0.dropFirst().dropLast()) }
  }

  /// The path in the form of the router.
  var routerPath: RouterPath {
    RouterPath(
      path.split(separator: "/").map { $0.first == "{" ? ":\($0.dropFirst().dropLast())" : String($0) }.joined(
        separator: "/"))
  }
}

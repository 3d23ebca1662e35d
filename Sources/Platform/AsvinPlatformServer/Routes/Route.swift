import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird

/// One thing that the platform does, and all that is to be known of it: the router, the OpenAPI document and the tests of
/// who may do what are made of these.
struct Route: Sendable {
  let method: HTTPRequest.Method
  /// As OpenAPI writes it, `/v2/devices/{device}`.
  let path: String
  let access: Access
  let summary: String
  /// The JSON that it takes.
  let takes: Schema?
  /// Bytes of the largest other body that it takes.
  let takesBytes: Int?
  /// What it is asked with, in the path's query.
  let query: [Property]
  let answers: [Answer]
  let run: @Sendable (Call) async throws -> Response

  /// A reply that is no error that any route may give.
  struct Answer: Sendable {
    let status: Int
    let summary: String
    let schema: Schema?
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
    takes: (any Described.Type)? = nil, takesBytes: Int? = nil, query: [Property] = [], gives answers: Answer...,
    run: @escaping @Sendable (Call) async throws -> Response
  ) {
    self.init(
      method, path, access, summary, takes: takes, takesBytes: takesBytes, query: query, gives: answers, run: run)
  }

  init(
    _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ summary: String,
    takes: (any Described.Type)? = nil, takesBytes: Int? = nil, query: [Property] = [], gives answers: [Answer],
    run: @escaping @Sendable (Call) async throws -> Response
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.summary = summary
    self.takes = takes?.schema
    self.takesBytes = takesBytes
    self.query = query
    self.answers = answers
    self.run = run
  }

  /// Its method, as a request line has it.
  var verb: String { method.rawValue }

  /// The names in its path.
  var parameters: [String] {
    path.split(separator: "/").filter { $0.first == "{" }.map { String($0.dropFirst().dropLast()) }
  }

  /// As the router writes it.
  var routerPath: RouterPath {
    RouterPath(
      path.split(separator: "/").map { $0.first == "{" ? ":\($0.dropFirst().dropLast())" : String($0) }.joined(
        separator: "/"))
  }
}

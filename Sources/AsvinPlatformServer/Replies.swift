import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// A reply that is no success, as asvin's clients read them: a status, and a message in JSON.
struct Refusal: Error, HTTPResponseError {
  let status: HTTPResponse.Status
  let message: String
  var fields = HTTPFields()

  func response(from request: Request, context: some RequestContext) throws -> Response {
    var response = try Reply.json(["message": message], status: status)
    for field in fields { response.headers[field.name] = field.value }
    return response
  }

  static let badToken = Refusal(status: .unauthorized, message: "JWT is not valid")
  static func notFound(_ message: String) -> Refusal { Refusal(status: .notFound, message: message) }
  static func malformed(_ message: String) -> Refusal { Refusal(status: .badRequest, message: message) }
}

enum Reply {
  /// Bytes of the largest body of a device's request.
  static let longestBody = 16_384

  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return bytes([UInt8](try encoder.encode(value)), "application/json", status: status)
  }

  static func bytes(_ bytes: [UInt8], _ type: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

extension Request {
  /// The body of a device's request, as JSON.
  func decoded<Value: Decodable>(_ type: Value.Type) async throws -> Value {
    var copy = self
    let buffer: ByteBuffer
    do {
      buffer = try await copy.collectBody(upTo: Reply.longestBody)
    } catch is NIOTooManyBytesError {
      throw Refusal(status: .contentTooLarge, message: "a body has at most \(Reply.longestBody) bytes")
    }
    do {
      return try LenientJSON.decode(type, from: Array(buffer.readableBytesView))
    } catch is DecodingError {
      throw Refusal.malformed("the body is no JSON with the members that are asked for")
    }
  }
}

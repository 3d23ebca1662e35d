import AsvinPlatformAPI
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

enum Reply {
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
  /// Decodes the JSON body of a request of asvin's clients.
  func decoded<Value: Decodable>(_ type: Value.Type) async throws -> Value {
    let bytes = try await bytes(upTo: PlatformLimit.bodyBytes)
    guard JSONValue.isShallow(bytes) else { throw Refusal.malformed("the body is nested more than eight levels deep") }
    do {
      return try LenientJSON.decode(type, from: bytes)
    } catch is DecodingError {
      throw Refusal.malformed("the body is not JSON with the required members")
    }
  }

  /// Returns the bytes of the body. A body whose announced length exceeds the limit is refused before it is read.
  func bytes(upTo limit: Int) async throws -> [UInt8] {
    let tooLarge = Refusal(status: .contentTooLarge, message: "a body must have at most \(limit) bytes")
    if let length = headers[.contentLength].flatMap({ UInt64($0) }), length > UInt64(limit) { throw tooLarge }
    var copy = self
    do {
      return Array(try await copy.collectBody(upTo: limit).readableBytesView)
    } catch is NIOTooManyBytesError {
      throw tooLarge
    }
  }
}

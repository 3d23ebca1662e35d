import AsvinPlatformAPI
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

enum Reply {
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    bytes(try encoded(value), "application/json", status: status)
  }

  /// Returns a value in JSON.
  static func encoded(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value))
  }

  /// The reply `{}`.
  static var emptyObject: Response { bytes([UInt8]("{}".utf8), "application/json") }

  /// Returns a message in CBOR, if the client accepts it and the message has that form, and in JSON otherwise.
  static func message(
    _ message: some Encodable & Described, to request: Request, status: HTTPResponse.Status = .ok
  ) throws -> Response {
    guard request.acceptsCompact, let encoded = try CompactMessage.bytes(of: message) else {
      return try json(message, status: status)
    }
    return bytes(encoded, CompactMessage.mediaType, status: status)
  }

  static func bytes(_ bytes: [UInt8], _ type: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

extension Request {
  /// Whether the body is in CBOR.
  var isCompact: Bool { headers[.contentType].map { Self.mediaType($0) == CompactMessage.mediaType } ?? false }

  /// Whether the client accepts a reply in CBOR. A range such as `*/*` means JSON.
  var acceptsCompact: Bool {
    headers[.accept]?.split(separator: ",").contains { Self.mediaType($0) == CompactMessage.mediaType } ?? false
  }

  /// A media type in lower case, without its parameters.
  private static func mediaType(_ field: some StringProtocol) -> String {
    String(field).prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
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

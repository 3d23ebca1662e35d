/// A reply of a platform.
package struct PlatformReply<Content> {
  package let content: Content?
  /// The seconds after which the platform requests another call.
  package let retryAfter: Double?
}

extension PlatformReply: Sendable where Content: Sendable {}

/// Describes the fault of a malformed reply.
enum MalformedReply {
  static func words(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "it is malformed" }
    switch error {
    case .keyNotFound(let key, _): return "it lacks '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "'\(name(context))' has the wrong type"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty ? "it is not JSON" : "'\(name(context))' is malformed"
    @unknown default: return "it is malformed"
    }
  }

  private static func name(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? "the reply" : path
  }
}

import AsvinHost
import AsvinPlatform
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Answers faults of the disk and the database, so that a client learns whether and when to repeat a request.
struct FaultReplies: RouterMiddleware {
  func handle(
    _ request: Request, context: PlatformContext, next: (Request, PlatformContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as any HTTPResponseError {
      throw error
    } catch {
      guard let refusal = Self.refusal(of: error, context) else { throw error }
      throw refusal
    }
  }

  /// The refusal that explains an error, whose cause is in the log; `nil` for an error of the connection, of which no client
  /// would read an explanation.
  static func refusal(of error: any Error, _ context: PlatformContext) -> Refusal? {
    switch error {
    case let refusal as Refusal: return refusal
    case let error as PlatformError: return Refusal(error)
    case let fault as ServiceFault: return refusal(fault, context)
    case let error as FileError: return refusal(ServiceFault(error), context)
    // The rest of the connection cannot be parsed. Hummingbird answers 400 and closes it.
    case is HTTPParserError: return nil
    // The client disconnected or the server is ending. Nothing failed here.
    case _ where error.isOfConnection: return nil
    default:
      context.logger.error("a request failed", metadata: ["error": "\(error)"])
      return Refusal(status: .internalServerError, message: "the platform failed; its log has the cause")
    }
  }

  private static func refusal(_ fault: ServiceFault, _ context: PlatformContext) -> Refusal {
    switch fault {
    case .overloaded:
      return Refusal(
        status: .serviceUnavailable, message: "too many requests are waiting",
        hint: "repeat the request after Retry-After", fields: [.retryAfter: "5"])
    case .full:
      return Refusal(
        status: .insufficientSpace, message: "the platform's disk is full",
        hint: "free space on the server, or delete uploads and firmware", fields: [.retryAfter: "60"])
    case .readOnly:
      return Refusal(
        status: .serviceUnavailable, message: "the platform's disk is read-only", fields: [.retryAfter: "60"])
    case .locked:
      return Refusal(
        status: .serviceUnavailable, message: "another program has locked the platform's database",
        hint: "repeat the request after Retry-After", fields: [.retryAfter: "5"])
    case .failing(let text):
      context.logger.error("the disk or the database reports an error", metadata: ["error": "\(text)"])
      return Refusal(
        status: .serviceUnavailable, message: "the platform's disk or database reports an error",
        fields: [.retryAfter: "60"])
    }
  }
}

extension Error {
  /// Whether the error reports the end of a connection.
  fileprivate var isOfConnection: Bool { self is ChannelError || self is IOError || self is CancellationError }
}

extension HTTPResponse.Status {
  /// RFC 4918 §11.5.
  static var insufficientSpace: HTTPResponse.Status { .init(code: 507, reasonPhrase: "Insufficient Storage") }
}

extension ServiceFault {
  /// The fault that an error of the file system reports.
  init(_ error: FileError) {
    switch error {
    case _ where error.isFull: self = .full
    case _ where error.isReadOnly: self = .readOnly
    case _ where error.isOutOfDescriptors: self = .overloaded
    default: self = .failing("\(error.operation.rawValue) \(error.path): \(error.reason)")
    }
  }
}

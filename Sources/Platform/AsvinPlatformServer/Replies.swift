import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinVerifier
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// A reply that is no success, as asvin's clients read them: a status, and a message in JSON.
struct Refusal: Error, HTTPResponseError {
  let status: HTTPResponse.Status
  let problem: Problem
  var fields = HTTPFields()

  init(status: HTTPResponse.Status, message: String, hint: String? = nil, fields: HTTPFields = [:]) {
    self.init(status: status, Problem(message: message, hint: hint), fields: fields)
  }

  init(status: HTTPResponse.Status, _ problem: Problem, fields: HTTPFields = [:]) {
    self.status = status
    self.problem = problem
    self.fields = fields
  }

  func response(from request: Request, context: some RequestContext) throws -> Response {
    var response = try Reply.json(problem, status: status)
    for field in fields { response.headers[field.name] = field.value }
    return response
  }

  static let badToken = Refusal(
    status: .unauthorized, message: "JWT is not valid", fields: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
  /// The keys that all devices of a workspace share do not speak for one that has its own.
  static let ownKey = Refusal(status: .forbidden, message: "the device has a key of its own")
  /// As ``badToken``, for who has no JWT.
  static let badAccess = Refusal(
    status: .unauthorized, message: "the token is not good",
    fields: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
  static let noToken = Refusal(
    status: .unauthorized, message: "a bearer token is needed", fields: [.wwwAuthenticate: "Bearer"])
  /// An operator has taken the device's access away.
  static let blacklisted = Refusal(status: .forbidden, message: PlatformError.Hold.blacklisted.rawValue)
  static func notFound(_ message: String) -> Refusal { Refusal(status: .notFound, message: message) }
  static func malformed(_ message: String) -> Refusal { Refusal(status: .badRequest, message: message) }
}

extension Refusal {
  /// What the rules do not do, as HTTP has it.
  init(_ error: PlatformError) {
    switch error {
    case .notFound(let kind): self.init(status: .notFound, message: "there is no such \(kind.rawValue)")
    case .nameTaken(let kind): self.init(status: .conflict, message: "there is a \(kind.rawValue) of that name")
    case .wrongPhase(let phase): self.init(status: .conflict, message: "the rollout is \(phase.name)")
    case .sequenceNotAbove(let sequence):
      self.init(
        status: .conflict,
        Problem(
          message: "its devices have been sent a release with the sequence number \(sequence)",
          hint: "devices do not go back: sign the older firmware anew with a higher sequence number",
          reason: "\(Reason.sequenceNotAboveFloor.name)", code: Int(Reason.sequenceNotAboveFloor.rawValue)))
    case .sequenceTaken(let sequence):
      self.init(
        status: .conflict, message: "another release of its class has the sequence number \(sequence)",
        hint: "raise the version and sign again")
    case .noDevice(let count):
      self.init(
        status: .conflict,
        Problem(
          message: "0 of \(count) devices can take it",
          hint: "the firmware is for another class: choose other groups or another firmware",
          reason: "\(Reason.wrongClass.name)", code: Int(Reason.wrongClass.rawValue)))
    case .over(let phase):
      self.init(status: .gone, message: "the rollout is \(phase.name)", hint: "discard what was fetched of it")
    case .held(let hold): self.init(status: .conflict, message: hold.rawValue)
    case .noGroups: self.init(status: .badRequest, message: "a rollout goes to one device group or more")
    case .inUse(let kind): self.init(status: .conflict, message: "the \(kind.rawValue) is in use")
    case .invalid(let message): self.init(status: .badRequest, message: message)
    }
  }

  /// What is wrong with a release, as HTTP has it.
  init(_ failure: Failure) {
    let problem = Problem(
      message: failure.message, hint: failure.hint, reason: failure.reasonName, code: failure.reasonCode.map { Int($0) }
    )
    self.init(status: failure.kind == .notAllowed ? .forbidden : .unprocessableContent, problem)
  }
}

extension Rollout.Phase {
  var name: String {
    switch self {
    case .planned: "planned"
    case .running: "running"
    case .paused(.byOperator): "paused"
    case .paused(.failures): "stopped"
    case .finished: "finished"
    case .aborted: "aborted"
    }
  }
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
    let bytes = try await bytes(upTo: Reply.longestBody)
    guard JSONValue.isShallow(bytes) else { throw Refusal.malformed("the body is nested more than eight levels deep") }
    do {
      return try LenientJSON.decode(type, from: bytes)
    } catch is DecodingError {
      throw Refusal.malformed("the body is not JSON with the members that are asked for")
    }
  }

  /// The bytes of the body. One that says that it is longer than the limit is refused unread.
  func bytes(upTo limit: Int) async throws -> [UInt8] {
    let tooLarge = Refusal(status: .contentTooLarge, message: "a body has at most \(limit) bytes")
    if let length = headers[.contentLength].flatMap({ UInt64($0) }), length > UInt64(limit) { throw tooLarge }
    var copy = self
    do {
      return Array(try await copy.collectBody(upTo: limit).readableBytesView)
    } catch is NIOTooManyBytesError {
      throw tooLarge
    }
  }
}

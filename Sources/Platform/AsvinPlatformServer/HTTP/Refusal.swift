import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinVerifier
import HTTPTypes
import Hummingbird

/// An error reply: a status and a message.
struct Refusal: Error, HTTPResponseError {
  let status: HTTPResponse.Status
  let problem: Problem
  var fields = HTTPFields()
  /// The error of the rules, which the pages explain in the language of the user.
  var cause: PlatformError?

  init(status: HTTPResponse.Status, message: String, hint: String? = nil, fields: HTTPFields = [:]) {
    self.init(status: status, Problem(message: message, hint: hint), fields: fields)
  }

  init(status: HTTPResponse.Status, _ problem: Problem, fields: HTTPFields = [:]) {
    self.status = status
    self.problem = problem
    self.fields = fields
  }

  func response(from request: Request, context: some RequestContext) throws -> Response {
    var response = try Reply.message(problem, to: request, status: status)
    for field in fields { response.headers[field.name] = field.value }
    return response
  }

  static let badToken = Refusal(
    status: .unauthorized, message: "JWT is not valid", fields: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
  /// The shared keys of a workspace do not authenticate a device with a key of its own.
  static let ownKey = Refusal(status: .forbidden, message: "the device has a key of its own")
  /// As ``badToken``, for tokens of the management API.
  static let badAccess = Refusal(
    status: .unauthorized, message: "the token is not valid",
    fields: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
  static let noToken = Refusal(
    status: .unauthorized, message: "a bearer token is required", fields: [.wwwAuthenticate: "Bearer"])
  static let blacklisted = Refusal(status: .forbidden, message: PlatformError.Hold.blacklisted.rawValue)
  static func notFound(_ message: String) -> Refusal { Refusal(status: .notFound, message: message) }
  init(missing permission: Permission, _ role: Role) {
    self.init(status: .forbidden, message: "the role \(role.rawValue) does not allow the request")
  }
  static func malformed(_ message: String) -> Refusal { Refusal(status: .badRequest, message: message) }
}

extension Refusal {
  /// The reply to a request that the rules refuse.
  init(_ error: PlatformError) {
    self.init(explaining: error)
    cause = error
  }

  private init(explaining error: PlatformError) {
    switch error {
    case .notFound(let kind): self.init(status: .notFound, message: "the \(kind.rawValue) does not exist")
    case .nameTaken(let kind): self.init(status: .conflict, message: "a \(kind.rawValue) with that name exists")
    case .wrongPhase(let phase): self.init(status: .conflict, message: "the rollout is \(phase.rawValue)")
    case .ownApproval:
      self.init(
        status: .forbidden, message: "the author of a rollout cannot approve it",
        hint: "ask the owner of another token to approve it")
    case .newApprover:
      self.init(
        status: .forbidden, message: "the token was created after the rollout was planned",
        hint: "ask the owner of an older token to approve it")
    case .notApproved:
      self.init(
        status: .conflict, message: "the rollout is not approved",
        hint: "ask the owner of another token to approve it: asvin-pack rollout approve")
    case .sequenceNotAbove(let sequence):
      self.init(
        status: .conflict,
        Problem(
          message: "a release with the sequence number \(sequence) was started for its devices",
          hint: "devices do not go back: sign the older firmware again with a higher sequence number",
          reason: "\(Reason.sequenceNotAboveFloor.name)", code: Int(Reason.sequenceNotAboveFloor.rawValue)))
    case .sequenceTaken(let sequence):
      self.init(
        status: .conflict, message: "another release of the class has the sequence number \(sequence)",
        hint: "raise the version and sign again")
    case .noDevice(let count):
      self.init(
        status: .conflict,
        Problem(
          message: "0 of \(count) devices can use the firmware",
          hint: "the firmware is for another class: choose other groups or another firmware",
          reason: "\(Reason.wrongClass.name)", code: Int(Reason.wrongClass.rawValue)))
    case .over(let phase):
      self.init(status: .gone, message: "the rollout is \(phase.rawValue)", hint: "discard the bytes that were fetched")
    case .held(let hold): self.init(status: .conflict, message: hold.rawValue)
    case .noGroups: self.init(status: .badRequest, message: "a rollout needs at least one device group")
    case .closed(let closed):
      self.init(status: .forbidden, message: closed.rawValue, hint: Self.hint(of: closed))
    case .inUse(let kind): self.init(status: .conflict, message: "the \(kind.rawValue) is in use")
    case .blocked(let message, let hint): self.init(status: .conflict, message: message, hint: hint)
    case .withdrawn:
      self.init(
        status: .conflict, message: "the firmware was withdrawn", hint: "publish firmware with a higher sequence number"
      )
    case .keyChanged(let seconds):
      self.init(
        status: .tooManyRequests, message: "the device replaced its key less than an hour ago",
        hint: "repeat the request after Retry-After", fields: [.retryAfter: "\(seconds)"])
    case .tooMany(let message): self.init(status: .conflict, message: message)
    case .invalid(let message): self.init(status: .badRequest, message: message)
    }
  }

  private static func hint(of closed: PlatformError.Closed) -> String {
    switch closed {
    case .asvinClients: "use a device with a key of its own, or have an administrator switch the API on"
    case .customerKey: "enrol with a token: asvin-pack enrolment-token create"
    case .token, .usedUp: "ask an administrator for another token: asvin-pack enrolment-token create"
    case .otherDevice: "use the token for the device whose key it replaces"
    case .otherKey: "enrol with the key of the list of expected devices: asvin-pack device expected"
    }
  }

  /// The reply to a request with a release that is rejected.
  init(_ failure: Failure) {
    let problem = Problem(
      message: failure.message, hint: failure.hint, reason: failure.reasonName, code: failure.reasonCode.map { Int($0) }
    )
    self.init(status: failure.kind == .notAllowed ? .forbidden : .unprocessableContent, problem)
  }
}

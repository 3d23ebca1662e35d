import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

/// Why a page refuses a request by itself.
enum PageProblem: Error {
  /// The form is of another site, or of a session that has ended.
  case expiredForm
  /// The link was used, or its time has ended.
  case expiredLink
  case notFound

  var status: HTTPResponse.Status {
    switch self {
    case .expiredForm: .forbidden
    case .expiredLink: .gone
    case .notFound: .notFound
    }
  }

  var key: String {
    switch self {
    case .expiredForm: "expired-form"
    case .expiredLink: "expired-link"
    case .notFound: "no-page"
    }
  }
}

extension PageCall {
  /// The notice about a refusal: what failed and what to do, in the language of the user where the catalog has a text for
  /// the cause, and otherwise in the words of the API.
  func problem(_ refusal: Refusal) -> PageValue {
    var (message, hint) = (refusal.problem.message, refusal.problem.hint)
    if let explained = refusal.cause.flatMap({ explanation(of: $0) }) { (message, hint) = explained }
    if refusal.status == .forbidden, refusal.cause == nil, refusal.problem.reason == nil {
      (message, hint) = (catalog.text("problem.role"), catalog.text("problem.role-hint"))
    }
    return ["kind": "problem", "message": .text(message), "hint": PageValue(hint)]
  }

  private func explanation(of error: PlatformError) -> (message: String, hint: String?)? {
    let (key, values): (String, [String: String]) =
      switch error {
      case .notFound(let kind): ("not-found", ["kind": name(of: kind)])
      case .nameTaken(let kind): ("name-taken", ["kind": name(of: kind)])
      case .wrongPhase(let phase): ("wrong-phase", ["phase": catalog.text("phase.\(phase.rawValue)")])
      case .ownApproval: ("own-approval", [:])
      case .newApprover: ("new-approver", [:])
      case .notApproved: ("not-approved", [:])
      case .sequenceNotAbove(let sequence): ("sequence-not-above", ["number": "\(sequence)"])
      case .sequenceTaken(let sequence): ("sequence-taken", ["number": "\(sequence)"])
      case .noGroups: ("no-groups", [:])
      case .noDevice(let count): ("no-device", ["number": catalog.grouped(count)])
      case .inUse(let kind): ("in-use", ["kind": name(of: kind)])
      case .withdrawn: ("withdrawn", [:])
      case .over, .held, .blocked, .keyChanged, .tooMany, .closed, .invalid: ("", [:])
      }
    guard catalog.texts["problem.\(key)"] != nil else { return nil }
    return (catalog.text("problem.\(key)", values), catalog.texts["problem.\(key)-hint"])
  }

  private func name(of kind: PlatformError.Kind) -> String {
    catalog.text("kind.\(kind.rawValue.replacing(" ", with: "-"))")
  }
}

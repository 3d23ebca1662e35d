import AsvinPlatformAPI
import AsvinRelease
import AsvinVerifier

extension Failure {
  /// What a platform does not do, as an exit code tells it.
  init(status: Int, _ problem: Problem?, from address: String) {
    let message = problem?.message ?? "the reply has the status \(status)"
    let reason = problem?.code.flatMap { UInt8(exactly: $0) }.flatMap { Reason(rawValue: $0) }
    let kind: Kind =
      switch status {
      case 401, 403: .notAllowed
      case 404: .inputMissing
      case 409, 413, 422: .rejected
      case 429, 502, 503, 504: .unreachable
      default: .failed
      }
    var hint = problem?.hint
    if status == 401 { hint = hint ?? "log in with: asvin-pack login --to ADDRESS" }
    self.init(kind, "\(address): \(message)", hint: hint, reason: reason)
  }
}

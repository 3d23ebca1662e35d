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
      case 400: .usage
      case 401, 403: .notAllowed
      case 404: .inputMissing
      case 409, 413, 422: .rejected
      case 429, 500...599: .unreachable
      default: .failed
      }
    var hint = problem?.hint
    if status == 401 {
      let isDevice = address.hasSuffix("/auth/login")
      hint =
        hint
        ?? (isDevice
          ? "check ASVIN_CUSTOMER_KEY, ASVIN_DEVICE_KEY and the clock"
          : "the token is not this platform's, or was taken back")
    }
    self.init(kind, "\(address): \(message)", hint: hint, reason: reason)
  }
}

import AsvinHost
import AsvinPlatformAPI
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
    if status == 413, problem == nil { hint = "a proxy may limit requests: let it pass 5 MiB" }
    self.init(kind, "\(message) (\(address))", hint: hint, reason: reason)
  }

  /// A redirect, which is not followed: a token must not go where another server sends it.
  init(redirectTo location: String?, from address: String, _ path: String) {
    guard let location, !location.isEmpty else {
      self.init(
        .failed, "\(address) redirects, and does not say where to", hint: "check the address, or the proxy before it")
      return
    }
    // A location without a host is on the same one.
    let target = location.hasPrefix("/") && !location.hasPrefix("//") ? address + location : location
    let bare = target.split(separator: "?", maxSplits: 1).first.map(String.init) ?? target
    let base = path.split(separator: "?", maxSplits: 1).first.map(String.init) ?? path
    let hint =
      bare.hasSuffix(base) && bare.hasPrefix("http") && bare != address + base
      ? "if that is the platform, give its address: --to \(bare.dropLast(base.count))"
      : "check the address, or whether a proxy asks for a login"
    self.init(.failed, "\(address) redirects to \(target)", hint: hint)
  }
}

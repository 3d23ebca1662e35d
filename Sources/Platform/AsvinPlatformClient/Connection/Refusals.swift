import AsvinHost
import AsvinPlatformAPI
import AsvinVerifier

extension Failure {
  /// Converts the refusal of a platform.
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
          : "the token belongs to another platform, or was revoked")
    }
    if status == 413, problem == nil { hint = "a proxy may limit requests: allow 5 MiB" }
    self.init(kind, "\(message) (\(address))", hint: hint, reason: reason)
  }

  /// Describes a redirect. Redirects are not followed, because a token must not be sent to an address that a server names.
  init(redirectTo location: String?, from address: String, _ path: String) {
    guard let location, !location.isEmpty else {
      self.init(
        .failed, "\(address) redirects without a location", hint: "check the address, or the proxy before it")
      return
    }
    // A location without a host is on the same host.
    let target = location.hasPrefix("/") && !location.hasPrefix("//") ? address + location : location
    let bare = target.split(separator: "?", maxSplits: 1).first.map(String.init) ?? target
    let base = path.split(separator: "?", maxSplits: 1).first.map(String.init) ?? path
    let hint =
      bare.hasSuffix(base) && bare.hasPrefix("http") && bare != address + base
      ? "if that is the platform, use its address: --to \(bare.dropLast(base.count))"
      : "check the address, or whether a proxy asks for a login"
    self.init(.failed, "\(address) redirects to \(target)", hint: hint)
  }
}

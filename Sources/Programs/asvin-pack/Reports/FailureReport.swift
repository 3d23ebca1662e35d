import AsvinHost
import AsvinRelease

/// A failure as JSON, beside the words on standard error.
struct FailureReport: Encodable {
  let result: String
  let reason: String?
  let code: UInt8?
  let exitCode: Int32
  let message: String
  let hint: String?

  init(_ failure: Failure) {
    result = failure.kind == .rejected ? "rejected" : "failed"
    reason = failure.reasonName
    code = failure.reasonCode
    exitCode = failure.kind.rawValue
    message = failure.message
    hint = failure.hint
  }
}

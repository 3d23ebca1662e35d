import AsvinPlatform
import Synchronization

/// Who sent a request, which is known when the sender has proved it.
final class RequestActor: Sendable {
  private let known = Mutex<(name: String, workspace: Int64)?>(nil)

  func note(_ caller: Caller) {
    guard let workspace = caller.workspace else { return }
    known.withLock { $0 = (caller.name, workspace.value) }
  }

  /// The name in the audit log, and the id of the workspace; `nil` before the proof.
  var value: (name: String, workspace: Int64)? { known.withLock { $0 } }
}

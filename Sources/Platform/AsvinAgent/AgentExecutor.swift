import Dispatch

/// Runs the jobs of an agent one after another on threads of Dispatch.
final class AgentExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "asvin-agent")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }
}

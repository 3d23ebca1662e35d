import Dispatch
import Synchronization

/// Threads for blocking work: the database, files, digests and passwords.
///
/// Swift has one cooperative thread for each core. A task that blocks one of them can block the task that would release it.
/// Therefore blocking work runs here. The queue is bounded, so that a burst gets an error at once instead of an answer
/// after the client has given up.
package final class Workers: Sendable {
  private typealias Job = @Sendable () -> Void

  private struct State {
    var idle: [Int]
    var waiting = WaitingLine<Job>()
  }

  /// Reads and writes of parts of files, for which a client waits.
  package static let files = Workers("files", threads: 8, mostWaiting: 8192)
  /// Work on complete files: digests, sealing, the verification of bundles.
  package static let digests = Workers("digests", threads: 2, mostWaiting: 1024)

  private let lanes: [DispatchQueue]
  private let mostWaiting: Int
  private let state: Mutex<State>

  /// Creates threads with a queue.
  ///
  /// - Parameters:
  ///   - name: the label of the threads in a debugger.
  ///   - mostWaiting: the number of jobs that may wait for a thread.
  package init(_ name: String, threads: Int, mostWaiting: Int) {
    // A serial queue without a target queue has a thread of its own while it has work.
    lanes = (0..<threads).map { DispatchQueue(label: "\(name) \($0)") }
    self.mostWaiting = mostWaiting
    state = Mutex(State(idle: Array(0..<threads)))
  }

  /// The number of jobs that wait for a thread.
  package var waiting: Int { state.withLock { $0.waiting.count } }

  /// Seconds that the oldest waiting job has waited.
  package var delay: Double { state.withLock { $0.waiting.delay } / .seconds(1) }

  /// Runs a body on one of the threads.
  ///
  /// - Parameter isUrgent: whether the job may wait although the queue is full. The watchdog uses this, because it must get
  ///   an answer as long as the threads make progress.
  /// - Throws: ``ServiceFault/overloaded`` if too many jobs wait, and the errors of the body.
  package func run<Result: Sendable>(
    isUrgent: Bool = false, _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      let isAccepted = submit(isUrgent: isUrgent) { continuation.resume(with: Swift.Result { try body() }) }
      if !isAccepted { continuation.resume(throwing: ServiceFault.overloaded) }
    }
  }

  private func submit(isUrgent: Bool, _ job: @escaping Job) -> Bool {
    enum Decision {
      case start(Int)
      case waits, refused
    }
    let decision = state.withLock { state -> Decision in
      if let lane = state.idle.popLast() { return .start(lane) }
      guard isUrgent || state.waiting.count < mostWaiting else { return .refused }
      state.waiting.append(job)
      return .waits
    }
    switch decision {
    case .start(let lane): lanes[lane].async { [self] in work(in: lane, from: job) }
    case .waits: break
    case .refused: return false
    }
    return true
  }

  /// Runs a job and then the waiting jobs, until none is left.
  private func work(in lane: Int, from first: Job) {
    var job = first
    while true {
      job()
      let next = state.withLock { state -> Job? in
        if let next = state.waiting.takeFirst() { return next }
        state.idle.append(lane)
        return nil
      }
      guard let next else { return }
      job = next
    }
  }
}

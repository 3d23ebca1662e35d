import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import GRDB
import Synchronization

/// Commits writes that arrive during another commit together. A commit costs the time until the disk has stored it durably,
/// which is the same for one write and for hundreds. Each write succeeds or fails by itself, and is answered only when it
/// is durable.
final class GroupCommit: Sendable {
  /// A write that a task waits for.
  private struct Job: Sendable {
    /// Runs the write. Returns a closure that answers the waiting task.
    let run: @Sendable (Database) -> @Sendable () -> Void
    /// Answers the waiting task with an error of the commit.
    let fail: @Sendable (any Error) -> Void
  }

  private struct State {
    var waiting: [Job] = []
    var isCommitting = false
    /// Since when the first of the waiting jobs waits, and the first of those that are being committed.
    var waitingSince: ContinuousClock.Instant?
    var committingSince: ContinuousClock.Instant?
  }

  private let pool: DatabasePool
  private let state = Mutex(State())

  init(_ pool: DatabasePool) { self.pool = pool }

  /// Seconds that the oldest write has waited.
  var delay: Double {
    let since = state.withLock { $0.committingSince ?? $0.waitingSince }
    return since.map { (ContinuousClock.now - $0) / .seconds(1) } ?? 0
  }

  func write<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      let isFirst = state.withLock { state -> Bool? in
        guard state.waiting.count < PlatformLimit.waitingWrites else { return nil }
        if state.waiting.isEmpty { state.waitingSince = .now }
        state.waiting.append(
          Job { database in
            let outcome = Swift.Result<Result, any Error> {
              var result: Result?
              try database.inSavepoint {
                result = try body(database)
                return .commit
              }
              guard let result else { throw DatabaseError(message: "a savepoint ended without its result") }
              return result
            }
            return { continuation.resume(with: outcome.mapError { ServiceFault.explaining($0) }) }
          } fail: {
            continuation.resume(throwing: ServiceFault.explaining($0))
          })
        defer { state.isCommitting = true }
        return !state.isCommitting
      }
      switch isFirst {
      case true?: commitNext()
      case false?: break
      case nil: continuation.resume(throwing: ServiceFault.overloaded)
      }
    }
  }

  /// Commits the waiting writes, and then those that arrived in the meantime.
  private func commitNext() {
    let jobs = state.withLock { state in
      defer { (state.waiting, state.committingSince, state.waitingSince) = ([], state.waitingSince, nil) }
      state.isCommitting = !state.waiting.isEmpty
      return state.waiting
    }
    guard !jobs.isEmpty else { return }
    pool.asyncWrite({ database in jobs.map { $0.run(database) } }) { [self] _, outcome in
      switch outcome {
      case .success(let answers): for answer in answers { answer() }
      case .failure(let error): for job in jobs { job.fail(error) }
      }
      commitNext()
    }
  }
}

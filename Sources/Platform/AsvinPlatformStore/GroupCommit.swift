import AsvinHost
import AsvinPlatform
import GRDB
import Synchronization

/// Writes that come while another is being committed are committed together: what a commit costs is the disk's time to
/// make it last, and that is the same for one and for hundreds. Each still stands or falls by itself, and is answered
/// only when it lasts.
final class GroupCommit: Sendable {
  /// A write, and who waits for it.
  private struct Job: Sendable {
    /// Runs it; gives what tells its outcome.
    let run: @Sendable (Database) -> @Sendable () -> Void
    /// Tells that it does not last.
    let fail: @Sendable (any Error) -> Void
  }

  private struct State {
    var waiting: [Job] = []
    var isCommitting = false
  }

  /// Writes that may wait for the next commit.
  private static let mostWaiting = 8192

  private let pool: DatabasePool
  private let state = Mutex(State())

  init(_ pool: DatabasePool) { self.pool = pool }

  func write<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      let isFirst = state.withLock { state -> Bool? in
        guard state.waiting.count < Self.mostWaiting else { return nil }
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

  /// Commits what waits, and then what came meanwhile.
  private func commitNext() {
    let jobs = state.withLock { state in
      defer { state.waiting = [] }
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

import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import GRDB
import Synchronization

/// Connections on which short reads that wait together share one snapshot. For a poll, beginning a transaction and waking a
/// thread costs as much as reading. Long reads have ``Readers``.
final class SharedSnapshots: Sendable {
  /// Reads of one snapshot.
  private static let mostTogether = 64

  /// A connection for two processors: the others work for the network.
  static let usualCount = min(max(ProcessInfo.processInfo.activeProcessorCount / 2, 1), 4)

  private struct Job: Sendable {
    let run: @Sendable (Database, KnownRows) -> Void
    let fail: @Sendable (any Error) -> Void
    let since = ContinuousClock.now
  }

  private struct State {
    var waiting: [Job] = []
    /// The indexes of the connections that no reads use.
    var idle: [Int]
  }

  private let connections: [(queue: DatabaseQueue, known: KnownRows)]
  private let state: Mutex<State>

  /// Opens the connections, as ``Readers``.
  ///
  /// - Parameter count: the number of connections, each with a thread of its own.
  init(path: String, _ configuration: Configuration, count: Int) throws {
    var configuration = configuration
    configuration.readonly = true
    connections = try (0..<count).map { _ in
      (try DatabaseQueue(path: path, configuration: configuration), KnownRows())
    }
    state = Mutex(State(idle: Array(0..<count)))
  }

  /// Seconds that the oldest read has waited.
  var delay: Double {
    state.withLock { $0.waiting.first }.map { (ContinuousClock.now - $0.since) / .seconds(1) } ?? 0
  }

  /// Reads from a snapshot that is not older than the call.
  ///
  /// - Throws: ``ServiceFault/overloaded`` if too many reads wait, errors of SQLite, and what the body throws.
  func read<Result: Sendable>(
    isUrgent: Bool = false, _ body: @escaping @Sendable (Database, KnownRows) throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      let job = Job { database, known in
        continuation.resume(with: Swift.Result { try body(database, known) })
      } fail: {
        continuation.resume(throwing: $0)
      }
      if !submit(job, isUrgent: isUrgent) { continuation.resume(throwing: ServiceFault.overloaded) }
    }
  }

  private func submit(_ job: Job, isUrgent: Bool) -> Bool {
    let (isAccepted, connection) = state.withLock { state -> (Bool, Int?) in
      guard isUrgent || state.waiting.count < PlatformLimit.waitingPolls else { return (false, nil) }
      state.waiting.append(job)
      // Another connection helps only if those in use leave reads for it.
      let inUse = connections.count - state.idle.count
      return (true, inUse == 0 || state.waiting.count > inUse * Self.mostTogether ? state.idle.popLast() : nil)
    }
    if let connection { readNext(on: connection) }
    return isAccepted
  }

  /// Runs the waiting reads, and then those that arrived in the meantime.
  private func readNext(on index: Int) {
    let (queue, known) = connections[index]
    queue.asyncRead { [self] database in
      // They are taken here, so that the snapshot is not older than the last of them.
      let jobs = state.withLock { state in
        let jobs = Array(state.waiting.prefix(Self.mostTogether))
        state.waiting.removeFirst(jobs.count)
        return jobs
      }
      do {
        let database = try database.get()
        try known.refresh(database)
        for job in jobs { job.run(database, known) }
      } catch {
        for job in jobs { job.fail(error) }
      }
      let continues = state.withLock { state in
        if state.waiting.isEmpty { state.idle.append(index) }
        return !state.waiting.isEmpty
      }
      if continues { readNext(on: index) }
    }
  }

  func close() throws { for connection in connections { try connection.queue.close() } }
}

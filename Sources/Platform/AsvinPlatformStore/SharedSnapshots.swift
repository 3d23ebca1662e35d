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
  /// The wait after which another connection helps, because one reads for long.
  private static let patience = Duration.milliseconds(5)

  /// A connection for two processors: the others work for the network.
  static let usualCount = min(max(ProcessInfo.processInfo.activeProcessorCount / 2, 1), 4)

  private struct Job: Sendable {
    let run: @Sendable (Database, KnownRows) -> Void
    let fail: @Sendable (any Error) -> Void
  }

  private struct State {
    var waiting = WaitingLine<Job>()
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
  var delay: Double { state.withLock { $0.waiting.delay } / .seconds(1) }

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
      let isNeeded =
        inUse == 0 || state.waiting.count > inUse * Self.mostTogether || state.waiting.delay > Self.patience
      return (true, isNeeded ? state.idle.popLast() : nil)
    }
    if let connection { readNext(on: connection) }
    return isAccepted
  }

  /// Runs the waiting reads, and then those that arrived in the meantime.
  private func readNext(on index: Int) {
    let (queue, known) = connections[index]
    queue.asyncRead { [self] database in
      // The snapshot begins with the first read. It would be too old for reads that arrive later.
      let arrived = state.withLock { $0.waiting.arrived }
      do {
        let database = try database.get()
        try known.refresh(database)
        var count = 0
        // After some errors, SQLite has ended the transaction. Then the rest gets the next snapshot.
        while count < Self.mostTogether, database.isInsideTransaction,
          let job = state.withLock({ $0.waiting.takeFirst(ofArrivals: arrived) })
        {
          job.run(database, known)
          count += 1
        }
      } catch {
        while let job = state.withLock({ $0.waiting.takeFirst(ofArrivals: arrived) }) { job.fail(error) }
      }
      let continues = state.withLock { state in
        if state.waiting.count == 0 { state.idle.append(index) }
        return state.waiting.count > 0
      }
      if continues { readNext(on: index) }
    }
  }

  func close() throws { for connection in connections { try connection.queue.close() } }
}

import AsvinPlatform
import GRDB
import Synchronization

/// Connections that only read, each used by one thread at a time. No thread waits for another one's connection, and none
/// waits for a write.
final class Readers: Sendable {
  private static let threads = 6

  private let workers: Workers
  private let connections: [DatabaseQueue]
  /// The indexes of the connections that no thread uses. The last used one is used next, because its pages are cached.
  private let free: Mutex<[Int]>

  /// Opens the connections. The file must exist, and a connection that writes must be open as long as they are.
  init(path: String, _ configuration: Configuration) throws {
    var configuration = configuration
    configuration.readonly = true
    connections = try (0..<Self.threads).map { _ in try DatabaseQueue(path: path, configuration: configuration) }
    workers = Workers("database reader", threads: Self.threads, mostWaiting: 4096)
    free = Mutex(Array(0..<Self.threads))
  }

  /// Seconds that the oldest read has waited.
  var delay: Double { workers.delay }

  /// Reads from one snapshot.
  ///
  /// - Parameter isUrgent: as in ``Workers/run(isUrgent:_:)``.
  func read<Result: Sendable>(
    isUrgent: Bool = false, _ body: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await workers.run(isUrgent: isUrgent) { [self] in
      guard let index = free.withLock({ $0.popLast() }) else { throw ServiceFault.overloaded }
      defer { free.withLock { $0.append(index) } }
      return try connections[index].read(body)
    }
  }

  /// Runs other blocking work on one of the threads.
  func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await workers.run(body)
  }

  func close() throws { for connection in connections { try connection.close() } }
}

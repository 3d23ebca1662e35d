import Dispatch

/// Runs what takes long, as hashing a file of gigabytes, on a thread that serves nobody: those that do are few.
package func aside<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global(qos: .utility).async { continuation.resume(with: Swift.Result { try body() }) }
  }
}

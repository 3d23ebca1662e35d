package import AsvinHost
import Dispatch
import Synchronization

/// Runs an asynchronous body and waits for it, for a program that has nothing else to do in the meantime.
///
/// - Throws: ``Failure``.
package func blocking<Result: Sendable>(
  _ body: @escaping @Sendable () async throws -> Result
) throws(Failure) -> Result {
  let done = DispatchSemaphore(value: 0)
  let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
  Task.detached {
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    outcome.withLock { $0 = result }
    done.signal()
  }
  done.wait()
  switch outcome.withLock({ $0 }) {
  case .success(let result): return result
  case .failure(let error): throw Failure(error, on: "the platform")
  case nil: throw Failure(.failed, "the task ended without a result")
  }
}

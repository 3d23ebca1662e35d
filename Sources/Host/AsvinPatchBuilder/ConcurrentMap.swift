import AsvinHost
import Dispatch
import Synchronization

/// Maps independent items concurrently. The results have the order of the items.
func concurrentMap<Item: Sendable, Result: Sendable>(
  _ items: [Item], _ body: @Sendable (Item) -> Result
) -> [Result] {
  let results = Mutex<[Result?]>(Array(repeating: nil, count: items.count))
  concurrently(items.count) { index in
    let result = body(items[index])
    results.withLock { $0[index] = result }
  }
  return results.withLock { $0.compactMap(\.self) }
}

/// Does independent work concurrently. If `/proc` is not mounted, it does one item after the other, because
/// libdispatch's worker threads end the process there.
package func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void) {
  if ThisProcess.canStartThreads {
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  } else {
    for index in 0..<count { body(index) }
  }
}

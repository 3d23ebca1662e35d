import AsvinHost

/// Steps of an agent that are tried again before it has a device to run.
enum Retrying {
  /// Runs a step until it succeeds. Stops at errors that only the operator can resolve.
  static func run<Result>(
    unless once: Bool, _ log: (String) -> Void, _ step: () throws -> Result
  ) async throws -> Result {
    var wait = 1.0
    while true {
      do {
        return try step()
      } catch let failure as Failure where !once && failure.isPassing {
        log("\(failure.message); the next try is in \(Int(wait)) s")
        try await Task.sleep(for: .seconds(wait))
        wait = min(wait * 2, 300)
      }
    }
  }
}

extension Failure {
  /// Whether the error can disappear without an operator: a full disk, or a system without descriptors.
  fileprivate var isPassing: Bool { [.cannotWrite, .notAllowed, .unreachable].contains(kind) }
}

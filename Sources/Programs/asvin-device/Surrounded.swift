import AsvinHost

/// What an agent does before it has a device to run: it waits for its environment, too.
enum Surrounded {
  /// Tries until it succeeds, except for what only the operator can mend.
  static func keepTrying<Result>(
    unless once: Bool, _ log: (String) -> Void, _ body: () throws -> Result
  ) async throws -> Result {
    var wait = 1.0
    while true {
      do {
        return try body()
      } catch let failure as Failure where !once && failure.isPassing {
        log("\(failure.message); the next try is in \(Int(wait)) s")
        try await Task.sleep(for: .seconds(wait))
        wait = min(wait * 2, 300)
      }
    }
  }
}

extension Failure {
  /// Whether it may pass by itself: a disk that is full, or a system without descriptors.
  fileprivate var isPassing: Bool { [.cannotWrite, .notAllowed, .unreachable].contains(kind) }
}

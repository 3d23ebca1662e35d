import Synchronization

/// Whether the last polls of a workspace wrote. While a rollout admits devices, nearly every poll does, and reading a
/// snapshot first would do their work twice.
package final class PollHabit: Sendable {
  /// The score from which a poll begins as a write.
  private static let usual = 12
  private static let most = 16

  /// One more for a poll that wrote, one less for one that did not. A workspace whose polls only read has no score.
  private let scores = Mutex<[Int64: Int]>([:])

  package init() {}

  func expectsWrite(in workspace: ID<Workspace>) -> Bool {
    scores.withLock { $0[workspace.value, default: 0] >= Self.usual }
  }

  func note(wrote: Bool, in workspace: ID<Workspace>) {
    scores.withLock { scores in
      let score = scores[workspace.value, default: 0] + (wrote ? 1 : -1)
      scores[workspace.value] = score > 0 ? min(score, Self.most) : nil
    }
  }

  /// Forgets the workspace, because its store cannot be written.
  func forget(_ workspace: ID<Workspace>) { scores.withLock { _ = $0.removeValue(forKey: workspace.value) } }
}

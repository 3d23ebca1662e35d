import AsvinHost
import AsvinPrograms
import Synchronization

/// A bar on standard error, on a terminal, for work that lasts over a second.
final class ProgressBar: Sendable {
  private struct State {
    let start = ContinuousClock.now
    var shown = ContinuousClock.now
    var isVisible = false
  }

  private let state = Mutex(State())
  private let isWanted = Terminal.isThere

  func show(_ done: UInt64, of total: UInt64) {
    guard isWanted, total > 0 else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if done >= total {
        if state.isVisible { StandardStreams.tell("\r\u{1B}[K") }
        state.isVisible = false
      } else if now - state.start > .seconds(1), now - state.shown > .milliseconds(100) {
        state.shown = now
        state.isVisible = true
        let filled = Int(40 * (Double(done) / Double(total)))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 40 - filled)
        StandardStreams.tell("\r[\(bar)] \(done >> 20) of \(total >> 20) MiB")
      }
    }
  }
}

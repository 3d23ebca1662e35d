import AsvinPlatform
import AsvinPlatformFixtures
import Glibc
import Synchronization
import Testing

@Suite("Threads for blocking work")
struct WorkersTests {
  @Test func `Every job runs and returns its result or error`() async throws {
    let workers = Workers("test", threads: 3, mostWaiting: 1000)
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<500 { group.addTask { try await workers.run { number } } }
      return try await group.reduce(0, +)
    }
    #expect(sum == 499 * 500 / 2)
    await #expect(throws: RawError.self) { try await workers.run { throw RawError(text: "no") } }
  }

  @Test func `Jobs run on a limited number of threads, and jobs beyond the queue are refused at once`() async throws {
    let workers = Workers("test", threads: 2, mostWaiting: 3)
    let gate = Gate()
    let tasks = (0..<2).map { _ in Task { try await workers.run { gate.wait() } } }
    while gate.waiting < 2 { try await Task.sleep(for: .milliseconds(1)) }
    let queued = (0..<3).map { _ in Task { try await workers.run {} } }
    while workers.waiting < 3 { try await Task.sleep(for: .milliseconds(1)) }
    await #expect(throws: ServiceFault.overloaded) { try await workers.run {} }
    let urgent = Task { try await workers.run(isUrgent: true) { true } }
    gate.open()
    for task in tasks + queued { try await task.value }
    #expect(try await urgent.value)
    #expect(gate.most == 2)
  }
}

/// A gate that blocks threads until it is opened.
private final class Gate: Sendable {
  private let state = Mutex((waiting: 0, most: 0, isOpen: false))

  var waiting: Int { state.withLock { $0.waiting } }
  var most: Int { state.withLock { $0.most } }

  func open() { state.withLock { $0.isOpen = true } }

  func wait() {
    state.withLock { state in
      state.waiting += 1
      state.most = max(state.most, state.waiting)
    }
    while !state.withLock({ $0.isOpen }) { pause() }
    state.withLock { $0.waiting -= 1 }
  }

  private func pause() { usleep(1000) }
}

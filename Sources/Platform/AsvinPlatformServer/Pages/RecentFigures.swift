import AsvinPlatform
import Synchronization

/// The numbers of the home page, which are counted over all devices. They are counted at most every few seconds for each
/// workspace, however many pages are open, because the same threads read for devices.
final class RecentFigures: Sendable {
  typealias Figures = (fleet: FleetFigures, unverified: Int)

  private static let age = Duration.seconds(5)

  private let known = Mutex<[ID<Workspace>: (count: Task<Figures, any Error>, begun: ContinuousClock.Instant)]>([:])

  /// Returns numbers that are a few seconds old at most. Pages that ask at the same time wait for the same count.
  func figures(of workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant) async throws -> Figures {
    let count = known.withLock { known in
      if let last = known[workspace], .now - last.begun < Self.age { return last.count }
      let count = Task<Figures, any Error> {
        try await store.read(in: workspace) { rows in
          var filter = DeviceFilter()
          filter.isVerifying = false
          return (try rows.figures(at: now), try rows.count(of: filter))
        }
      }
      known = known.filter { .now - $0.value.begun < Self.age }
      known[workspace] = (count, .now)
      return count
    }
    do {
      return try await count.value
    } catch {
      // The next page counts again.
      known.withLock { known in if known[workspace]?.count == count { known[workspace] = nil } }
      throw error
    }
  }
}

import AsvinPlatform
import GRDB
import Synchronization

/// Rows that the transactions of one connection have read, and that most polls need. They are forgotten when anybody has
/// committed a change, so that a transaction finds only what its snapshot has. The connection must not write.
final class KnownRows: Sendable {
  let settings = Memory<Int64, WorkspaceSettings>()
  let firmware = Memory<OfWorkspace<ID<Firmware>>, Firmware>()
  private let openRollouts = Memory<OfWorkspace<ID<DeviceGroup>>, OpenRollouts>()
  private let members = Memory<OfWorkspace<Part>, Int>()
  private let version = Mutex<Int64?>(nil)

  /// A key within a workspace, so that no workspace finds the rows of another one.
  struct OfWorkspace<Key: Hashable & Sendable>: Hashable, Sendable {
    let workspace: Int64
    let key: Key
  }

  /// The open rollouts of a group.
  private enum OpenRollouts {
    /// The largest number of rollouts that are remembered.
    static let most = 16
    /// The largest number of the groups of them all.
    static let mostGroups = 256

    case few([Rollout])
    /// They would need much memory, or one of them cannot be read.
    case notRemembered
  }

  private struct Part: Hashable {
    let group: ID<DeviceGroup>
    let audience: Audience
  }

  /// Forgets everything if the database has changed since the last call. It must be called in each transaction before the
  /// transaction reads.
  func refresh(_ database: Database) throws {
    // SQLite changes the number when another connection has committed (https://sqlite.org/pragma.html#pragma_data_version).
    let current = try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA data_version"))
    let isSame = version.withLock { version in
      defer { version = current }
      return current != nil && version == current
    }
    guard !isSame else { return }
    settings.removeAll()
    firmware.removeAll()
    openRollouts.removeAll()
    members.removeAll()
  }

  /// Returns the open rollouts of a group; `nil` if they are not remembered, so that the caller reads those that it needs.
  ///
  /// - Parameter read: reads up to a number of them.
  func openRollouts(
    of group: ID<DeviceGroup>, in workspace: Int64, _ read: (Int) throws -> [Rollout]
  ) throws -> [Rollout]? {
    let known = try openRollouts.value(OfWorkspace(workspace: workspace, key: group)) {
      do {
        let rollouts = try read(OpenRollouts.most + 1)
        let groups = rollouts.reduce(0) { $0 + $1.plan.groups.count }
        return rollouts.count <= OpenRollouts.most && groups <= OpenRollouts.mostGroups
          ? .few(rollouts) : .notRemembered
      } catch is StoreError {
        return .notRemembered
      }
    }
    guard case .few(let rollouts) = known else { return nil }
    return rollouts
  }

  func members(
    of group: ID<DeviceGroup>, _ audience: Audience, in workspace: Int64, _ read: () throws -> Int
  ) rethrows -> Int {
    let key = OfWorkspace(workspace: workspace, key: Part(group: group, audience: audience))
    return try members.value(key, read)
  }
}

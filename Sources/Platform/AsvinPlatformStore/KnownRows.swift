import AsvinPlatform
import GRDB
import Synchronization

/// Rows that the transactions of one connection have read, and that most polls need. They are forgotten when anybody has
/// committed a change, so that a transaction finds only what its snapshot has. The connection must not write.
final class KnownRows: Sendable {
  /// The rollouts of a group up to which they are remembered.
  private static let mostRollouts = 16

  let settings = Memory<Int64, WorkspaceSettings>()
  let firmware = Memory<OfWorkspace<ID<Firmware>>, Firmware>()
  private let openRollouts = Memory<OfWorkspace<ID<DeviceGroup>>, [Rollout]>()
  private let members = Memory<OfWorkspace<Part>, Int>()
  private let version = Mutex<Int64?>(nil)

  /// A key within a workspace, so that no workspace finds the rows of another one.
  struct OfWorkspace<Key: Hashable & Sendable>: Hashable, Sendable {
    let workspace: Int64
    let key: Key
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

  func openRollouts(
    of group: ID<DeviceGroup>, in workspace: Int64, _ read: () throws -> [Rollout]
  ) rethrows -> [Rollout] {
    let key = OfWorkspace(workspace: workspace, key: group)
    if let known = openRollouts[key] { return known }
    let rollouts = try read()
    if rollouts.count <= Self.mostRollouts { openRollouts[key] = rollouts }
    return rollouts
  }

  func members(
    of group: ID<DeviceGroup>, _ audience: Audience, in workspace: Int64, _ read: () throws -> Int
  ) rethrows -> Int {
    let key = OfWorkspace(workspace: workspace, key: Part(group: group, audience: audience))
    return try members.value(key, read)
  }
}

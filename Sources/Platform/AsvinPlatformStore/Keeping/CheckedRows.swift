import AsvinPlatform
import AsvinPlatformAPI
import GRDB
import Synchronization

/// Rows that a ``PlatformCheck`` has read, and what is wrong with them.
struct CheckedRows: Sendable {
  let rows: Int
  var faults: [String] = []
  var hasMore = false

  /// Rows of one read, so that a long check does not keep a snapshot for long.
  private static let pageRows = 500

  /// The reads of a workspace. Each is repeated from where it ended.
  static let all: [@Sendable (SQLiteTransaction, CheckPlace) throws -> CheckedRows] = [
    { rows, _ in CheckedRows(rows: try rows.uploads().count) },
    { rows, place in try CheckedRows(rows.accessTokens(listing(place)), of: "token", place) },
    { rows, place in try CheckedRows(rows.enrolmentTokens(listing(place)), of: "enrolment token", place) },
    { rows, place in try CheckedRows(rows.expectedDevices(listing(place)), of: "expected device", place) },
    { rows, _ in CheckedRows(rows: try rows.accounts(after: nil, limit: .max).count) },
    { rows, place in try CheckedRows(rows.fileGroups(listing(place)), of: "file group", place) },
    { rows, place in
      let page = try rows.deviceGroups(listing(place))
      var checked = CheckedRows(page, of: "device group", place)
      for group in page.items {
        let sql = "SELECT count(*) FROM device WHERE device_group = ?"
        let counted = (try rows.one(sql, [group.id.value])?[0] as Int?) ?? 0
        guard counted != group.members else { continue }
        checked.faults.append("device group \(group.id.value) counts \(group.members) of \(counted) devices")
      }
      return checked
    },
    { rows, place in try CheckedRows(rows.devices(listing(place)), of: "device", place) },
    { rows, place in try CheckedRows(rows.firmware(listing(place)), of: "firmware", place) },
    { rows, place in
      let page = try rows.rollouts(listing(place))
      var checked = CheckedRows(page, of: "rollout", place)
      for rollout in page.items where !rollout.isEnded {
        let (tally, forgiven) = try rows.counted(rollout)
        guard tally != rollout.tally || forgiven != rollout.forgivenFailures else { continue }
        checked.faults.append("rollout \(rollout.id.value) counts its devices otherwise than its records do")
      }
      return checked
    },
    { rows, place in
      let base = try rows.auditBase()?.link
      let start = max(place.number, base?.number ?? 0)
      let before = start == base?.number ? base : try rows.auditEntries(after: start - 1, limit: 1).first?.link
      let page = try rows.auditEntries(after: start, limit: pageRows)
      if let last = page.last { place.number = last.number }
      let broken = AuditEntry.firstBreak(in: page, after: start > 0 ? before : nil, of: ID(rows.workspace))
      return CheckedRows(
        rows: page.count, faults: broken.map { ["the audit log is broken at entry \($0)"] } ?? [],
        hasMore: page.count == pageRows)
    },
  ]

  private static func listing<Filter: ListFilter>(_ place: CheckPlace) -> Listing<Filter> {
    Listing(after: place.page, limit: pageRows)
  }
}

extension CheckedRows {
  /// Notes where the next page begins.
  private init<Item>(_ page: Page<Item>, of kind: String, _ place: CheckPlace) {
    place.page = page.next
    self.init(
      rows: page.items.count, faults: page.damaged.map { "\(kind) \($0) cannot be read" }, hasMore: page.next != nil)
  }
}

/// Where the next page of a read begins.
final class CheckPlace: Sendable {
  private let places = Mutex<(page: ListPlace?, number: Int64)>((nil, 0))

  var page: ListPlace? {
    get { places.withLock { $0.page } }
    set { places.withLock { $0.page = newValue } }
  }
  /// The number of the last audit entry.
  var number: Int64 {
    get { places.withLock { $0.number } }
    set { places.withLock { $0.number = newValue } }
  }
}

import AsvinPlatform
import AsvinPlatformAPI
import GRDB
import Synchronization

/// The tables of the audit log, and the notes of which state a transaction has changed.
enum AuditTables {
  // Old entries have form 1. Entries are removed only up to a base that the platform has signed.
  static let migration = """
    ALTER TABLE audit ADD COLUMN form INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE audit ADD COLUMN token INTEGER;
    ALTER TABLE audit ADD COLUMN address TEXT;
    ALTER TABLE audit ADD COLUMN details TEXT NOT NULL DEFAULT '[]';
    CREATE TABLE audit_base (
      workspace INTEGER PRIMARY KEY REFERENCES workspace, number INTEGER NOT NULL, digest BLOB NOT NULL, proof TEXT NOT NULL
    ) STRICT;
    CREATE TABLE audit_share (
      workspace INTEGER NOT NULL REFERENCES workspace, action TEXT NOT NULL, start INTEGER NOT NULL,
      recorded INTEGER NOT NULL, counted INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
      PRIMARY KEY (workspace, action)
    ) STRICT, WITHOUT ROWID;
    DROP TRIGGER audit_keeps;
    CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
      WHEN OLD.number > coalesce((SELECT number FROM audit_base WHERE workspace = OLD.workspace), 0)
      BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_base_grows BEFORE UPDATE ON audit_base WHEN NEW.number < OLD.number
      BEGIN SELECT raise(ABORT, 'the base of the audit log only grows'); END;
    CREATE TRIGGER audit_base_keeps BEFORE DELETE ON audit_base
      BEGIN SELECT raise(ABORT, 'the base of the audit log only grows'); END;
    """

  // Entries of earlier versions are not in the feed.
  static let feed = """
    ALTER TABLE audit ADD COLUMN event INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX audit_event ON audit (workspace, number) WHERE event = 1;
    CREATE TABLE webhook (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace, address TEXT NOT NULL,
      kinds TEXT NOT NULL, secret BLOB NOT NULL, created INTEGER NOT NULL, creator TEXT NOT NULL,
      suspended INTEGER NOT NULL, delivered INTEGER NOT NULL, failures INTEGER NOT NULL, failing_since INTEGER,
      last_error TEXT NOT NULL
    ) STRICT;
    CREATE INDEX webhook_by_workspace ON webhook (workspace);
    CREATE TABLE late_rollout (rollout INTEGER PRIMARY KEY) STRICT;
    """

  /// How changes of a table reach the audit log.
  enum Coverage: Equatable {
    /// Insertions, deletions and changes of these columns need an entry.
    case entries(AuditFamily, columns: [String])
    /// Changes need no entry, for a reason.
    case none(String)
  }

  /// All tables. A test compares the list with the schema, so that a new table or column is decided on.
  static let coverage: [String: Coverage] = [
    "workspace": .entries(
      .workspace,
      columns: ["id", "name", "customer_key", "asvin_clients", "customer_key_enrols", "needs_approval"]),
    "device_key": .entries(.workspace, columns: ["text", "workspace", "place"]),
    "device_group": .entries(.deviceGroup, columns: ["id", "workspace", "name"]),
    "device": .entries(
      .device,
      columns: [
        "id", "workspace", "name", "folded", "label", "placement", "device_group", "registered", "class", "key",
        "key_kind",
      ]),
    "file_group": .entries(.fileGroup, columns: ["id", "workspace", "name", "trust", "trust_ends"]),
    "firmware": .entries(
      .firmware,
      columns: [
        "id", "workspace", "file_group", "name", "version", "size", "digest", "md5", "cid", "release", "sequence",
        "class",
        "envelope", "bundle", "chip", "published", "withdrawn",
      ]),
    "rollout": .entries(
      .rollout,
      columns: [
        "id", "workspace", "name", "start", "firmware", "maintainer", "waves", "success_threshold", "failure_threshold",
        "retries", "window_first", "window_end", "success", "ends_when_done", "phase", "disabled", "started", "place",
        "wave", "round", "disabled_groups", "offered_limit", "downloading_limit", "installed_limit", "deadline", "soak",
        "at_once", "bytes_per_second", "stalled_rule", "window_days", "window_is_local", "needs_approval",
        "approved_by", "planned_at",
      ]),
    "placement_rule": .entries(
      .workspace, columns: ["workspace", "place", "device_group", "prefix", "class", "version", "verifying"]),
    "retention": .entries(.workspace, columns: ["workspace", "rollout_days", "record_days", "upload_hours"]),
    "rollout_group": .entries(.rollout, columns: ["device_group", "rollout"]),
    "upload": .entries(.upload, columns: ["id", "workspace", "file_group", "size", "digest", "created"]),
    "access_token": .entries(
      .token, columns: ["id", "workspace", "name", "role", "digest", "created", "expires"]),
    "enrolment_token": .entries(
      .enrolmentToken,
      columns: ["id", "workspace", "name", "handle", "digest", "created", "expires", "most", "device"]),
    "expected_device": .entries(
      .device, columns: ["id", "workspace", "name", "folded", "label", "key", "key_kind"]),
    "former_key": .entries(.workspace, columns: ["workspace", "place", "text", "expires"]),
    "account": .entries(.account, columns: ["email", "workspace", "salt", "hash"]),
    "user": .entries(
      .user, columns: ["token", "workspace", "email", "salt", "hash", "invitation", "invitation_end", "linked"]),
    "session": .none("the stay of a user, whose sign-in is an entry"),
    "device_tag": .entries(.device, columns: ["device", "tag", "workspace"]),
    "device_attribute": .none("reports of devices"),
    "failure": .none("reports of devices"),
    "group_release": .none("follows from the starts of rollouts"),
    "webhook": .entries(
      .webhook, columns: ["id", "workspace", "address", "kinds", "secret", "created", "creator", "suspended"]),
    "late_rollout": .none("which rollouts were reported"),
    "record": .none("the progress of devices, which the rollout's own entries summarize"),
    "population": .none("a count of devices"),
    "audit": .none("the log itself"),
    "audit_base": .none("the log itself"),
    "audit_share": .none("the log itself"),
  ]

  /// The columns of covered tables whose changes need no entry.
  static let freeColumns: [String: [String: String]] = [
    "workspace": ["last_order": "a counter"],
    "access_token": ["used": "when its owner was last here"],
    "user": ["language": "the choice of the user"],
    "enrolment_token": [
      "uses": "a count of devices", "last_use": "when its last device enrolled",
      "device_group": "set once, and cleared when the group is deleted",
    ],
    "rollout_group": ["ended": "follows from the phase"],
    "device_group": ["members": "a count of devices"],
    "expected_device": ["device_group": "set once, and cleared when the group is deleted"],
    "device": [
      "version": "a report of the device", "seen": "a report of the device", "newest": "follows from its records",
      "utc_offset": "a report of the device", "fell_back": "follows from its reports",
      "kept_order": "follows from its records", "key_changed": "follows from its key",
    ],
    "webhook": Dictionary(
      uniqueKeysWithValues: ["delivered", "failures", "failing_since", "last_error"].map {
        ($0, "progress of delivery")
      }),
    "rollout": Dictionary(
      uniqueKeysWithValues: [
        "offered", "downloading", "installed", "confirmed", "failed", "skipped", "forgiven", "final_members",
        "unconfirmable", "stalled", "queued",
      ].map { ($0, "a count of devices") }
        + ["elapsed", "age", "threshold_met", "credit"].map { ($0, "the time that has passed") }
        + ["ended_at", "pruned"].map { ($0, "follows from the phase and the time") }),
  ]
}

/// The state that a transaction has changed, and what its entries in the audit log explain. SQLite itself notes the changes
/// with temporary triggers of the writing connection, so that no statement is missed.
final class ChangeNotes: Sendable {
  private struct State {
    var changed: Set<AuditFamily> = []
    var explained: Set<AuditFamily> = []
  }

  private let state = Mutex(State())

  /// The function that the triggers call.
  private static let function = "asvin_changed"

  /// Adds the function to a connection.
  func add(to database: Database) {
    database.add(
      function: DatabaseFunction(Self.function, argumentCount: 1, pure: false) { [self] values in
        if let name = String.fromDatabaseValue(values[0]), let family = AuditFamily(rawValue: name) {
          state.withLock { _ = $0.changed.insert(family) }
        }
        return nil
      })
  }

  /// Creates the triggers on the writing connection.
  func watch(_ database: Database) throws {
    for (table, coverage) in AuditTables.coverage {
      guard case .entries(let family, let columns) = coverage else { continue }
      let note = "BEGIN SELECT \(Self.function)('\(family.rawValue)'); END"
      let differs = columns.map { "OLD.\"\($0)\" IS NOT NEW.\"\($0)\"" }.joined(separator: " OR ")
      try database.execute(
        sql: """
          CREATE TEMP TRIGGER \(table)_added AFTER INSERT ON main.\(table) \(note);
          CREATE TEMP TRIGGER \(table)_removed AFTER DELETE ON main.\(table) \(note);
          CREATE TEMP TRIGGER \(table)_changed AFTER UPDATE ON main.\(table) WHEN \(differs) \(note);
          """)
    }
  }

  func begin() { state.withLock { $0 = State() } }

  func explain(_ action: String) {
    guard let action = AuditAction(rawValue: action) else { return }
    state.withLock { $0.explained.formUnion(action.explains) }
  }

  /// Refuses the transaction if it has changed state that no entry explains.
  func check() throws {
    let missing = state.withLock { $0.changed.subtracting($0.explained) }
    guard missing.isEmpty else { throw UnrecordedChange(missing.sorted { $0.rawValue < $1.rawValue }) }
  }
}

extension Migrations {
  // A device that was expected has no row here any more. A key's end is a number of seconds, or a hyphen for none.
  static let expectations = """
    ALTER TABLE rollout ADD COLUMN planned_at INTEGER;
    ALTER TABLE workspace ADD COLUMN needs_approval INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE device ADD COLUMN key_changed INTEGER;
    ALTER TABLE file_group ADD COLUMN trust_ends TEXT NOT NULL DEFAULT '';
    ALTER TABLE enrolment_token ADD COLUMN last_use INTEGER;
    CREATE INDEX enrolment_token_by_workspace ON enrolment_token (workspace);
    CREATE TABLE expected_device (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace, name TEXT NOT NULL,
      folded TEXT NOT NULL, label TEXT, device_group INTEGER REFERENCES device_group ON DELETE SET NULL, key BLOB,
      key_kind INTEGER NOT NULL, UNIQUE (workspace, folded)
    ) STRICT;
    CREATE INDEX expected_device_by_workspace ON expected_device (workspace);
    CREATE INDEX expected_device_by_name ON expected_device (workspace, name);
    CREATE INDEX expected_device_by_group ON expected_device (device_group);
    """
}

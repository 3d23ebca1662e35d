extension Migrations {
  // `ended_at` is the time at which the platform noticed the end of a rollout, and `pruned` whether its records were removed.
  // `kept_order` is what the removed records of a device contributed to the order of its newest rollout.
  static let keeping = """
    ALTER TABLE firmware ADD COLUMN published INTEGER;
    ALTER TABLE firmware ADD COLUMN withdrawn INTEGER;
    ALTER TABLE device ADD COLUMN kept_order INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN ended_at INTEGER;
    ALTER TABLE rollout ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX firmware_by_object ON firmware (bundle);
    CREATE INDEX firmware_by_image ON firmware (digest) WHERE bundle IS NULL;
    CREATE INDEX upload_by_digest ON upload (digest);
    CREATE INDEX rollout_without_end ON rollout (workspace, phase) WHERE ended_at IS NULL;
    CREATE INDEX rollout_by_end ON rollout (workspace, ended_at);
    CREATE INDEX rollout_unpruned ON rollout (workspace, ended_at) WHERE pruned = 0;
    CREATE TABLE placement_rule (
      workspace INTEGER NOT NULL REFERENCES workspace, place INTEGER NOT NULL,
      device_group INTEGER NOT NULL REFERENCES device_group ON DELETE CASCADE, prefix TEXT, class BLOB, version TEXT,
      verifying INTEGER, PRIMARY KEY (workspace, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX placement_rule_by_group ON placement_rule (device_group);
    CREATE TABLE retention (
      workspace INTEGER PRIMARY KEY REFERENCES workspace, rollout_days INTEGER NOT NULL, record_days INTEGER NOT NULL,
      upload_hours INTEGER NOT NULL
    ) STRICT;
    """
}

extension Migrations {
  // Indexes end with the row id, so that each serves a list in the order of ids or of its last column. The last column of
  // `rollout_group` follows the phase by a trigger, so that a poll finds the rollouts of its group that have not ended.
  // `group_release` keeps the highest release that was started for a group, which must outlive the rollouts.
  static let lists = """
    CREATE INDEX device_by_workspace ON device (workspace);
    CREATE INDEX device_by_placement ON device (workspace, placement);
    CREATE INDEX device_by_version ON device (workspace, version);
    CREATE INDEX device_by_class ON device (workspace, class);
    CREATE INDEX device_by_label ON device (workspace, label);
    CREATE INDEX device_by_seen ON device (workspace, seen);
    CREATE TABLE device_tag (
      device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE, tag TEXT NOT NULL, workspace INTEGER NOT NULL,
      PRIMARY KEY (device, tag)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX device_tag_by_tag ON device_tag (workspace, tag, device);
    CREATE TABLE device_attribute (
      device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,
      workspace INTEGER NOT NULL, PRIMARY KEY (device, name)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX device_attribute_by_value ON device_attribute (workspace, name, value, device);
    CREATE TABLE failure (
      device INTEGER NOT NULL, rollout INTEGER NOT NULL, message TEXT NOT NULL, log TEXT NOT NULL,
      PRIMARY KEY (device, rollout),
      FOREIGN KEY (device, rollout) REFERENCES record (device, rollout) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX device_group_by_workspace ON device_group (workspace);
    CREATE INDEX file_group_by_workspace ON file_group (workspace);
    CREATE INDEX firmware_by_workspace ON firmware (workspace);
    CREATE INDEX firmware_by_group ON firmware (file_group);
    CREATE INDEX firmware_by_name ON firmware (workspace, name);
    CREATE INDEX firmware_by_version ON firmware (workspace, version);
    CREATE INDEX rollout_by_workspace ON rollout (workspace);
    CREATE INDEX rollout_by_name ON rollout (workspace, name);
    CREATE INDEX rollout_by_phase_alone ON rollout (workspace, phase);
    CREATE INDEX access_token_by_workspace ON access_token (workspace);
    CREATE INDEX upload_by_workspace ON upload (workspace);
    CREATE INDEX record_unfinished ON record (device) WHERE state IN (0, 1, 2);
    ALTER TABLE rollout_group ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
    UPDATE rollout_group SET ended = (SELECT phase IN (4, 5, 6) FROM rollout r WHERE r.id = rollout_group.rollout);
    CREATE INDEX rollout_group_open ON rollout_group (device_group) WHERE ended = 0;
    CREATE TRIGGER rollout_group_ends AFTER UPDATE OF phase ON rollout WHEN old.phase IS NOT new.phase BEGIN
      UPDATE rollout_group SET ended = new.phase IN (4, 5, 6) WHERE rollout = new.id;
    END;
    CREATE TABLE group_release (
      device_group INTEGER NOT NULL REFERENCES device_group ON DELETE CASCADE, class BLOB NOT NULL,
      sequence BLOB NOT NULL, release BLOB NOT NULL, PRIMARY KEY (device_group, class)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO group_release SELECT g.device_group, f.class, max(f.sequence), f.release FROM rollout_group g
      JOIN rollout r ON r.id = g.rollout JOIN firmware f ON f.id = r.firmware
      WHERE r.place > 0 AND f.release IS NOT NULL GROUP BY 1, 2;
    """
}

import GRDB

/// The tables. Each change of them is a migration.
enum Migrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("devices, firmware, rollouts") { database in
      try database.execute(sql: first)
    }
    migrator.registerMigration("rollouts count the devices that can take them") { database in
      try database.execute(sql: populations)
    }
    migrator.registerMigration("devices have keys of two kinds") { database in
      try database.execute(sql: "ALTER TABLE device ADD COLUMN key_kind INTEGER NOT NULL DEFAULT 0")
    }
    migrator.registerMigration("customer keys are replaced, and tokens show their last use") { database in
      try database.execute(sql: secrets)
    }
    migrator.registerMigration("lists have indexes, devices have tags and attributes") { database in
      try database.execute(sql: lists)
    }
    migrator.registerMigration("the audit log has digests, addresses and a signed base") { database in
      try database.execute(sql: AuditTables.migration)
    }
    migrator.registerMigration("events are found in the audit log and sent to webhooks") { database in
      try database.execute(sql: AuditTables.feed)
    }
    migrator.registerMigration("rollouts have time") { database in
      try database.execute(sql: times)
    }
    migrator.registerMigration("devices enrol with tokens, and workspaces switch parts off") { database in
      try database.execute(sql: enrolmentTokens)
    }
    migrator.registerMigration("firmware is withdrawn, ended rollouts are removed") { database in
      try database.execute(sql: keeping)
    }
    migrator.registerMigration("devices are expected, keys and plans have times") { database in
      try database.execute(sql: expectations)
    }
    migrator.registerMigration("users sign in to pages") { database in
      try database.execute(sql: users)
    }
    return migrator
  }

  // Every row has a workspace, and every query selects by it. Unsigned 64-bit numbers are stored as eight bytes in
  // big-endian order, so that they sort as numbers.
  private static let first = """
    CREATE TABLE workspace (
      id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, customer_key TEXT NOT NULL,
      last_order INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE device_key (
      text TEXT PRIMARY KEY, workspace INTEGER NOT NULL REFERENCES workspace, place INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE device_group (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace, name TEXT NOT NULL,
      members INTEGER NOT NULL, UNIQUE (workspace, name)
    ) STRICT;
    CREATE TABLE device (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace, name TEXT NOT NULL,
      folded TEXT NOT NULL, label TEXT NOT NULL, version TEXT NOT NULL, placement INTEGER NOT NULL,
      device_group INTEGER REFERENCES device_group, registered INTEGER NOT NULL, seen INTEGER NOT NULL, class BLOB,
      key BLOB, newest INTEGER NOT NULL, UNIQUE (workspace, folded)
    ) STRICT;
    CREATE TABLE file_group (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace, name TEXT NOT NULL,
      trust TEXT NOT NULL, UNIQUE (workspace, name)
    ) STRICT;
    CREATE TABLE firmware (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace,
      file_group INTEGER NOT NULL REFERENCES file_group, name TEXT NOT NULL, version TEXT NOT NULL, size INTEGER NOT NULL,
      digest BLOB NOT NULL, md5 BLOB NOT NULL, cid TEXT NOT NULL, release BLOB, sequence BLOB, class BLOB,
      envelope BLOB, bundle BLOB
    ) STRICT;
    CREATE INDEX firmware_by_cid ON firmware (workspace, cid);
    CREATE INDEX firmware_by_bundle ON firmware (file_group, bundle);
    CREATE INDEX firmware_by_sequence ON firmware (workspace, class, sequence);
    CREATE TABLE rollout (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace, name TEXT NOT NULL,
      start INTEGER, firmware INTEGER NOT NULL REFERENCES firmware, maintainer TEXT NOT NULL,
      waves TEXT, success_threshold INTEGER, failure_threshold INTEGER, retries INTEGER, window_first INTEGER,
      window_end INTEGER, success INTEGER, ends_when_done INTEGER,
      phase INTEGER NOT NULL, disabled INTEGER NOT NULL, started INTEGER, place INTEGER NOT NULL, wave INTEGER NOT NULL,
      offered INTEGER NOT NULL, downloading INTEGER NOT NULL, installed INTEGER NOT NULL, confirmed INTEGER NOT NULL,
      failed INTEGER NOT NULL, skipped INTEGER NOT NULL, forgiven INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX rollout_by_firmware ON rollout (firmware);
    CREATE INDEX rollout_by_phase ON rollout (workspace, phase, start);
    CREATE TABLE rollout_group (
      device_group INTEGER NOT NULL REFERENCES device_group, rollout INTEGER NOT NULL REFERENCES rollout,
      PRIMARY KEY (device_group, rollout)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX rollout_group_by_rollout ON rollout_group (rollout);
    CREATE TABLE record (
      device INTEGER NOT NULL REFERENCES device, rollout INTEGER NOT NULL REFERENCES rollout, state INTEGER NOT NULL,
      failures INTEGER NOT NULL, reason INTEGER NOT NULL, progress INTEGER NOT NULL, changed INTEGER NOT NULL,
      PRIMARY KEY (device, rollout)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX record_by_rollout ON record (rollout, device);
    CREATE TABLE upload (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace,
      file_group INTEGER NOT NULL REFERENCES file_group, size INTEGER NOT NULL, digest BLOB NOT NULL,
      created INTEGER NOT NULL, UNIQUE (file_group, digest)
    ) STRICT;
    CREATE TABLE access_token (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace, name TEXT NOT NULL,
      role TEXT NOT NULL, digest BLOB NOT NULL UNIQUE, created INTEGER NOT NULL, expires INTEGER, UNIQUE (workspace, name)
    ) STRICT;
    CREATE TABLE account (
      email TEXT NOT NULL UNIQUE, workspace INTEGER NOT NULL REFERENCES workspace, salt BLOB NOT NULL, hash BLOB NOT NULL
    ) STRICT;
    CREATE TABLE audit (
      workspace INTEGER NOT NULL REFERENCES workspace, number INTEGER NOT NULL, time INTEGER NOT NULL,
      actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, previous BLOB NOT NULL, digest BLOB NOT NULL,
      PRIMARY KEY (workspace, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
    """

  private static let secrets = """
    CREATE TABLE former_key (
      workspace INTEGER NOT NULL REFERENCES workspace, place INTEGER NOT NULL, text TEXT NOT NULL,
      expires INTEGER NOT NULL, PRIMARY KEY (workspace, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX account_by_workspace ON account (workspace, email);
    ALTER TABLE access_token ADD COLUMN used INTEGER;
    """

  private static let enrolmentTokens = """
    ALTER TABLE workspace ADD COLUMN asvin_clients INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE workspace ADD COLUMN customer_key_enrols INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE enrolment_token (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL REFERENCES workspace, name TEXT NOT NULL,
      handle TEXT NOT NULL UNIQUE, digest BLOB NOT NULL, created INTEGER NOT NULL, expires INTEGER, most INTEGER,
      uses INTEGER NOT NULL, device_group INTEGER REFERENCES device_group ON DELETE SET NULL,
      device INTEGER REFERENCES device ON DELETE CASCADE, UNIQUE (workspace, name)
    ) STRICT;
    CREATE INDEX enrolment_token_by_group ON enrolment_token (device_group);
    CREATE INDEX enrolment_token_by_device ON enrolment_token (device);
    """

  // An empty class means devices without the verifier. The counts of rollouts are computed again, because they counted all
  // devices in the groups, and forgiven failures were a number without devices. Ended rollouts keep their counts.
  private static let populations = """
    CREATE TABLE population (
      device_group INTEGER NOT NULL REFERENCES device_group, class BLOB NOT NULL, devices INTEGER NOT NULL,
      PRIMARY KEY (device_group, class)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO population SELECT device_group, CASE WHEN key IS NULL THEN x'' ELSE coalesce(class, x'') END, count(*)
      FROM device WHERE device_group IS NOT NULL GROUP BY 1, 2;
    UPDATE device_group SET members =
      (SELECT coalesce(sum(devices), 0) FROM population p WHERE p.device_group = device_group.id);
    CREATE INDEX device_by_group ON device (device_group);
    CREATE INDEX firmware_by_release ON firmware (workspace, release);
    ALTER TABLE firmware ADD COLUMN chip TEXT;
    ALTER TABLE record ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE record ADD COLUMN counted INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE rollout ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN final_members INTEGER;
    ALTER TABLE rollout ADD COLUMN unconfirmable INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN disabled_groups TEXT NOT NULL DEFAULT '';
    UPDATE rollout SET final_members =
      (SELECT coalesce(sum(g.members), 0) FROM rollout_group r JOIN device_group g ON g.id = r.device_group
       WHERE r.rollout = rollout.id) WHERE phase IN (4, 5);
    UPDATE record SET counted = EXISTS (
      SELECT 1 FROM device d JOIN rollout_group g ON g.device_group = d.device_group AND g.rollout = record.rollout
      JOIN rollout r ON r.id = record.rollout JOIN firmware f ON f.id = r.firmware
      WHERE d.id = record.device AND (d.key IS NULL OR f.class = d.class));
    UPDATE rollout SET forgiven = 0,
      offered = (SELECT count(*) FROM record c WHERE c.rollout = rollout.id AND c.counted = 1 AND c.state = 0),
      downloading = (SELECT count(*) FROM record c WHERE c.rollout = rollout.id AND c.counted = 1 AND c.state = 1),
      installed = (SELECT count(*) FROM record c WHERE c.rollout = rollout.id AND c.counted = 1 AND c.state = 2),
      confirmed = (SELECT count(*) FROM record c WHERE c.rollout = rollout.id AND c.counted = 1 AND c.state = 3),
      failed = (SELECT count(*) FROM record c WHERE c.rollout = rollout.id AND c.counted = 1 AND c.state = 4),
      skipped = (SELECT count(*) FROM record c WHERE c.rollout = rollout.id AND c.counted = 1 AND c.state = 5),
      unconfirmable = (SELECT count(*) FROM record c JOIN device d ON d.id = c.device
        WHERE c.rollout = rollout.id AND c.counted = 1 AND c.state = 2 AND d.key IS NULL)
      WHERE phase IN (0, 1, 2, 3);
    """
}

extension Migrations {
  // A user is removed with the token by which the user acts, and a session with its user.
  static let users = """
    CREATE TABLE user (
      token INTEGER PRIMARY KEY REFERENCES access_token ON DELETE CASCADE,
      workspace INTEGER NOT NULL REFERENCES workspace, email TEXT NOT NULL UNIQUE, salt BLOB, hash BLOB,
      invitation BLOB UNIQUE, invitation_end INTEGER, linked INTEGER, language TEXT
    ) STRICT;
    CREATE INDEX user_by_workspace ON user (workspace, email);
    CREATE TABLE session (
      digest BLOB PRIMARY KEY, workspace INTEGER NOT NULL REFERENCES workspace,
      user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE, created INTEGER NOT NULL, seen INTEGER NOT NULL,
      address TEXT NOT NULL, agent TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX session_by_user ON session (user, created);
    CREATE INDEX record_failed ON record (rollout, reason) WHERE state = 4;
    """
}

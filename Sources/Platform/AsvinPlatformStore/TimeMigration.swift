import GRDB

extension Migrations {
  // Rollouts that were planned before have no limits: nobody decided on any.
  static let times = """
    ALTER TABLE rollout ADD COLUMN offered_limit INTEGER;
    ALTER TABLE rollout ADD COLUMN downloading_limit INTEGER;
    ALTER TABLE rollout ADD COLUMN installed_limit INTEGER;
    ALTER TABLE rollout ADD COLUMN deadline INTEGER;
    ALTER TABLE rollout ADD COLUMN soak INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN at_once INTEGER;
    ALTER TABLE rollout ADD COLUMN bytes_per_second INTEGER;
    ALTER TABLE rollout ADD COLUMN stalled_rule INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN window_days INTEGER NOT NULL DEFAULT 127;
    ALTER TABLE rollout ADD COLUMN window_is_local INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN needs_approval INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN stalled INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN queued INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN elapsed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN age INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN threshold_met INTEGER;
    ALTER TABLE rollout ADD COLUMN credit INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rollout ADD COLUMN approved_by TEXT;
    CREATE INDEX rollout_by_place ON rollout (workspace, place);
    ALTER TABLE record ADD COLUMN due INTEGER;
    ALTER TABLE record ADD COLUMN previous TEXT NOT NULL DEFAULT '';
    CREATE INDEX record_by_due ON record (rollout, due) WHERE due IS NOT NULL AND state <= 2;
    DROP INDEX record_unfinished;
    CREATE INDEX record_unfinished ON record (device) WHERE state IN (0, 1, 2, 6, 7);
    ALTER TABLE device ADD COLUMN utc_offset INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE device ADD COLUMN fell_back INTEGER;
    """
}

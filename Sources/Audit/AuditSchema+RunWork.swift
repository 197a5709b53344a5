extension AuditSchema {
  /// Migration 8: how fast runs work, and views to watch them by.
  ///
  /// `unit` says what `done` counts, such as `lines` or `pairs`; `seconds` is how long that took. Both
  /// grow in the transactions that store rows, so of a run that was killed they are of the work that
  /// was kept, and a resumed run adds to them: `done / seconds` is its rate. NULL in runs of earlier
  /// versions. Runs that a merge united have the sum of what all shards took, beside each other or not.
  static let runWork = """
    ALTER TABLE run ADD COLUMN unit TEXT;
    ALTER TABLE run ADD COLUMN done INTEGER;
    ALTER TABLE run ADD COLUMN seconds REAL;

    CREATE VIEW run_audit AS
    SELECT
      run_id, command AS stage, program_version, started_at, ended_at, unit, done, seconds,
      CASE WHEN seconds > 0 THEN done / seconds END AS per_second
    FROM run;

    CREATE VIEW run_outcome AS
    SELECT
      run.run_id AS run_id,
      run.command AS stage,
      outcome.key AS reason,
      outcome.value AS count,
      CAST(outcome.value AS REAL) / (SELECT sum(value) FROM json_each(run.counts)) AS share,
      CASE WHEN run.seconds > 0 THEN outcome.value / run.seconds END AS per_second
    FROM run
    JOIN json_each(run.counts) AS outcome;
    """
}

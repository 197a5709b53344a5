extension AuditSchema {
  /// Migration 1, views. `pair_audit` is the public per-pair table: one row per manifest line,
  /// with the model's decision. `reviewed_pair` adds what reviewers said, `purified_pair` is what
  /// is kept after that.
  ///
  /// The three are plain joins along primary keys, so SQLite merges them into a query and a
  /// restriction on `pair_id` or on `source` and `line` reaches the table.
  static let firstViews = """
    CREATE VIEW pair_audit AS
    SELECT
      pair.pair_id AS pair_id,
      lower(hex(pair.key))
        || CASE WHEN pair.occurrence > 1 THEN '#' || pair.occurrence ELSE '' END AS key,
      source.path AS source,
      pair.line AS line,
      source.role AS role,
      pair.caption AS caption,
      pair.url AS url,
      nullif(lower(hex(image.sha256)), '') AS image_sha256,
      image.format AS image_format,
      image.width AS width,
      image.height AS height,
      CASE
        WHEN coalesce(pair.reason, location.reason, image.reason) IS NOT NULL THEN 'failed'
        WHEN source.role <> 'train' THEN 'kept'
        WHEN decision.is_kept = 1 THEN 'kept'
        WHEN decision.is_kept = 0 THEN 'rejected'
        ELSE 'pending'
      END AS status,
      coalesce(
        pair.reason, location.reason, image.reason,
        CASE WHEN source.role <> 'train' THEN 'trusted' END,
        decision.reason,
        CASE WHEN location.is_remote AND location.image_id IS NULL THEN 'not_fetched' END
      ) AS reason,
      coalesce(pair.detail, location.detail, image.detail, decision.detail) AS detail,
      run.command AS stage,
      score.similarity_a AS similarity_a,
      score.similarity_b AS similarity_b,
      score.similarity AS similarity,
      decision.clean_probability AS clean_probability,
      CASE WHEN decision.pair_id IS NOT NULL THEN decision_set.threshold END AS threshold,
      model.name AS model_id,
      run.run_id AS run_id,
      coalesce(run.ended_at, run.started_at) AS updated_at
    FROM pair
    JOIN source ON source.source_id = pair.source_id
    JOIN published ON published.only_row = 1
    LEFT JOIN location ON location.location_id = pair.location_id
    LEFT JOIN image ON image.image_id = location.image_id
    LEFT JOIN score
      ON score.model_id = published.model_id AND score.pair_id = pair.pair_id
    LEFT JOIN model ON model.model_id = score.model_id
    LEFT JOIN decision
      ON decision.run_id = published.decision_run_id AND decision.pair_id = pair.pair_id
    LEFT JOIN decision_set ON decision_set.run_id = published.decision_run_id
    LEFT JOIN run
      ON run.run_id = coalesce(decision.run_id, score.run_id, location.run_id, source.run_id);

    CREATE VIEW reviewed_pair AS
    SELECT
      pair_audit.*,
      review.verdict AS verdict,
      CASE
        WHEN pair_audit.status = 'failed' THEN 'failed'
        WHEN review.verdict IN ('kept', 'rejected') THEN review.verdict
        ELSE pair_audit.status
      END AS final_status,
      CASE
        WHEN pair_audit.status = 'failed' THEN pair_audit.reason
        WHEN review.verdict IN ('kept', 'rejected') AND review.verdict <> pair_audit.status
          THEN 'overruled'
        ELSE pair_audit.reason
      END AS final_reason
    FROM pair_audit
    LEFT JOIN review ON review.review_id =
      (SELECT max(latest.review_id) FROM review AS latest
       WHERE latest.pair_id = pair_audit.pair_id);

    CREATE VIEW purified_pair AS
    SELECT
      pair_id, key, source, line, role, caption, url, image_sha256, image_format, width, height,
      final_reason AS reason, similarity_a, similarity_b, similarity, clean_probability
    FROM reviewed_pair
    WHERE final_status = 'kept';
    """
}

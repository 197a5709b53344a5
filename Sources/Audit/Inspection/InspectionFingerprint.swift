import Foundation
import GRDB
import Pairs

/// What the inspection index was made from, to tell whether it is current. Looking costs a few rows.
struct InspectionFingerprint: Equatable, Sendable, Codable {
  /// One manifest: a number may come back for another one after it was discarded.
  struct Source: Equatable, Sendable, Codable {
    let id: Int64
    let role: String
    let run: Int64
    let sha256: String
    let lines: Int
    /// The numbers of the pairs of its first and last line.
    let firstPair: Int64
    let lastPair: Int64
  }

  /// Which scores and decisions are shown: changes all at once.
  var shown: String
  /// How far the runs that change pairs one by one have come.
  var progress: String
  /// The manifests.
  var sources: [Source]
  /// The newest review.
  var lastReview: Int64

  /// Whether captions that were read then are still those of their numbers: each manifest is there
  /// still and has only grown.
  func keepsCaptions(of earlier: InspectionFingerprint) -> Bool {
    earlier.sources.allSatisfy { old in
      sources.contains {
        $0.id == old.id && $0.run == old.run && $0.sha256 == old.sha256 && $0.lines >= old.lines
          && $0.firstPair == old.firstPair
          && ($0.lines > old.lines ? $0.lastPair > old.lastPair : $0.lastPair == old.lastPair)
      }
    }
  }

  /// The last pair's number; 0 without any.
  var lastPair: Int64 { sources.map(\.lastPair).max() ?? 0 }

  /// How many pairs there are.
  var pairs: Int { sources.reduce(0) { $0 + $1.lines } }

  /// Whether all is the same but for reviews.
  func isSamePairs(as other: InspectionFingerprint) -> Bool {
    shown == other.shown && progress == other.progress && sources == other.sources
  }
}

extension AuditDatabase {
  /// What the inspection index depends on, now.
  func inspectionFingerprint() throws(AuditError) -> InspectionFingerprint {
    try read { database in
      let shown = try Row.fetchOne(
        database,
        sql: """
          SELECT published.model_id, published.decision_run_id, rule, threshold, parameters,
            near_grouping.radius, near_grouping.images, pragma_user_version.user_version
          FROM published, pragma_user_version
          LEFT JOIN decision_set ON run_id = decision_run_id
          LEFT JOIN near_grouping
          """)
      // A purification shows nothing before it publishes; all others store what is seen at once.
      let runs = try Row.fetchAll(
        database,
        sql: """
          SELECT run_id, ended_at, counts FROM run WHERE command NOT IN ('purify', 'train')
          ORDER BY run_id
          """)
      let sources = try Row.fetchAll(
        database,
        sql: """
          SELECT source_id, role, run_id, sha256, line_count,
            (SELECT pair_id FROM pair WHERE pair.source_id = source.source_id
             ORDER BY line LIMIT 1),
            (SELECT pair_id FROM pair WHERE pair.source_id = source.source_id
             ORDER BY line DESC LIMIT 1)
          FROM source ORDER BY source_id
          """)
      return InspectionFingerprint(
        shown: digest(shown.map { [$0] } ?? []), progress: digest(runs),
        sources: sources.map { row in
          InspectionFingerprint.Source(
            id: row[0], role: row[1], run: row[2], sha256: row[3], lines: row[4],
            firstPair: row[5] ?? 0, lastPair: row[6] ?? 0)
        },
        lastReview: try Int64.fetchOne(database, sql: "SELECT max(review_id) FROM review") ?? 0)
    }
  }

  private func digest(_ rows: [Row]) -> String {
    let text = rows.map { row in row.databaseValues.map { "\($0)" }.joined(separator: "\u{1F}") }
    return SHA256Digest(of: text.joined(separator: "\u{1E}").utf8).description
  }
}

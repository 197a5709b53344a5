import Foundation
import GRDB
import Pairs

extension AuditDatabase {
  /// URLs that were never fetched, in order of first appearance.
  ///
  /// - Parameters:
  ///   - location: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func pendingFetches(
    after location: Int64 = 0, limit: Int
  ) throws(AuditError) -> [PendingFetch] {
    try fetches(where: "fetch.location_id IS NULL", [location, limit])
  }

  /// URLs that failed in an earlier run than this one, in order of first appearance.
  ///
  /// - Parameters:
  ///   - run: What failed in it is not tried again.
  ///   - location: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func failedFetches(
    before run: Int64, after location: Int64 = 0, limit: Int
  ) throws(AuditError) -> [PendingFetch] {
    try fetches(
      where: "fetch.reason IS NOT NULL AND fetch.run_id <> ?", [location, run, limit])
  }

  private func fetches(
    where condition: String, _ arguments: StatementArguments
  ) throws(AuditError) -> [PendingFetch] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT location.location_id, CAST(pair.url AS BLOB)
          FROM location
          CROSS JOIN pair ON pair.pair_id = location.first_pair_id
          LEFT JOIN fetch ON fetch.location_id = location.location_id
          WHERE location.location_id > ? AND location.is_remote AND \(condition)
          ORDER BY location.location_id LIMIT ?
          """, arguments: arguments
      ).map { PendingFetch(locationID: $0[0], url: $0.text(1) ?? "") }
    }
  }

  /// How far fetching has come. Reads every location.
  public func fetchProgress() throws(AuditError) -> FetchProgress {
    try read(Self.fetchProgress)
  }

  static func fetchProgress(_ database: Database) throws -> FetchProgress {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*), count(fetch.sha256), count(fetch.reason)
        FROM location LEFT JOIN fetch ON fetch.location_id = location.location_id
        WHERE location.is_remote
        """)
    return FetchProgress(total: row?[0] ?? 0, fetched: row?[1] ?? 0, failed: row?[2] ?? 0)
  }

  /// Stores what came of some URLs in one transaction. Their contents must be on disk already.
  public func record(
    _ fetches: [FetchRecord], run: Int64, at date: Date
  ) throws(AuditError) {
    let time = timestamp(date)
    try write { database in
      let statement = try BulkStatement(database, sql: Self.storeFetch)
      var counts: [String: Int] = [:]
      for fetch in fetches {
        let failure: RowFailure? =
          if case .failure(let thrown) = fetch.result { thrown.failure } else { nil }
        try statement.execute {
          $0.bind(fetch.locationID)
          $0.bind(bytes: (try? fetch.result.get())?.bytes)
          $0.bind(failure?.reason.rawValue)
          $0.bind(failure?.detail)
          $0.bind(fetch.status.map(Int64.init))
          $0.bind(fetch.finalURL)
          $0.bind(fetch.contentType)
          $0.bind(fetch.bytes.map(Int64.init))
          $0.bind(fetch.seconds)
          $0.bind(Int64(fetch.tries))
          $0.bind(time)
          $0.bind(run)
        }
        counts[failure?.reason.rawValue ?? "ok", default: 0] += 1
      }
      try add(counts, toRun: run, in: database)
    }
  }

  private static let storeFetch = """
    INSERT INTO fetch
      (location_id, sha256, reason, detail, http_status, final_url, content_type, byte_count,
       seconds, tries, fetched_at, run_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (location_id) DO UPDATE SET
      sha256 = excluded.sha256, reason = excluded.reason, detail = excluded.detail,
      http_status = excluded.http_status, final_url = excluded.final_url,
      content_type = excluded.content_type, byte_count = excluded.byte_count,
      seconds = excluded.seconds, tries = excluded.tries, fetched_at = excluded.fetched_at,
      run_id = excluded.run_id
    """

  /// Forgets what came of some locations, whose stored pictures were damaged: they are to be fetched
  /// or delivered again.
  public func discardFetches(of locations: [Int64]) throws(AuditError) {
    try write { database in
      let statement = try database.cachedStatement(
        sql: "DELETE FROM fetch WHERE location_id = ?")
      for location in locations { try statement.execute(arguments: [location]) }
    }
  }

  /// Forgets what came of all URLs that were fetched, and with it all scores and decisions if any of
  /// their images was looked at. Images that came with their lines stay.
  public func discardFetches() throws(AuditError) {
    let isFeaturized = try read { database in
      try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (
            SELECT 1 FROM location
            WHERE run_id IS NOT NULL AND location_id IN (\(Self.fetchedLocations)))
          """)
    }
    if isFeaturized == true { try discardScores() }
    try write { database in
      try database.execute(
        sql: """
          UPDATE location SET image_id = NULL, reason = NULL, detail = NULL, run_id = NULL
          WHERE run_id IS NOT NULL AND location_id IN (\(Self.fetchedLocations));
          DELETE FROM fetch WHERE location_id IN (\(Self.fetchedLocations));
          UPDATE run SET counts = NULL WHERE command = 'fetch' AND ended_at IS NULL;
          """)
      try discardNearGroups(in: database)
    }
  }

  private static let fetchedLocations = """
    SELECT location_id FROM fetch JOIN run USING (run_id) WHERE run.command = 'fetch'
    """
}

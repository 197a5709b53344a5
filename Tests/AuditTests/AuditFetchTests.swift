import Foundation
import GRDB
import Pairs
import Testing

@testable import Audit

@Suite struct AuditFetchTests {
  /// The values of a row, apart by `|`, as the sqlite3 shell shows them.
  private func line(_ row: Row) -> String {
    row.databaseValues.map { $0.storage.value.map { "\($0)" } ?? "" }.joined(separator: "|")
  }

  @Test func aFetchIsARowOfBothViews() throws {
    let fixture = try AuditFixture()
    try fixture.ingest("a\thttp://x/1\nb\thttp://x/1\nc\thttp://x/2\nd\tlocal.png\n")
    let run = try fixture.database.beginRun(AuditFixture.request("fetch"))
    #expect(try fixture.database.fetchProgress() == FetchProgress(total: 2, fetched: 0, failed: 0))
    let pending = try fixture.database.pendingFetches(limit: 10)
    #expect(pending.map(\.url) == ["http://x/1", "http://x/2"])
    let digest = SHA256Digest(of: [1])
    let failure = RowFailure.Thrown(failure: RowFailure(.httpError, "HTTP status 404"))
    try fixture.database.record(
      [
        FetchRecord(
          locationID: pending[0].locationID, result: .success(digest), status: 200,
          finalURL: "http://y/1", contentType: "image/png", bytes: 7, seconds: 0.5, tries: 2),
        FetchRecord(
          locationID: pending[1].locationID, result: .failure(failure), status: 404,
          finalURL: "http://x/2", contentType: nil, bytes: nil, seconds: 0.25, tries: 1),
      ], run: run, at: Date(timeIntervalSince1970: 0))
    let rows = try fixture.database.read { database in
      (
        try Row.fetchAll(
          database,
          sql: """
            SELECT caption, status, reason, detail, http_status, image_sha256, run_id
            FROM pair_audit ORDER BY line
            """
        ).map(line),
        try Row.fetchAll(
          database,
          sql: """
            SELECT url, state, reason, detail, http_status, final_url, content_type, bytes,
              sha256, seconds, tries, fetched_at FROM fetch_audit ORDER BY location_id
            """
        ).map(line)
      )
    }
    #expect(
      rows.0 == [
        "a|pending|||200|\(digest)|\(run)", "b|pending|||200|\(digest)|\(run)",
        "c|failed|http_error|HTTP status 404|404||\(run)", "d|pending|||||1",
      ])
    #expect(
      rows.1 == [
        "http://x/1|fetched|||200|http://y/1|image/png|7|\(digest)|0.5|2|1970-01-01T00:00:00Z",
        "http://x/2|failed|http_error|HTTP status 404|404|http://x/2||||0.25|1"
          + "|1970-01-01T00:00:00Z",
      ])
    #expect(try fixture.database.fetchProgress() == FetchProgress(total: 2, fetched: 1, failed: 1))
    // Fetched and local images wait for the featurizer, the failed one does not.
    let images = try fixture.database.pendingImages(limit: 10)
    #expect(images.map(\.url) == ["http://x/1", "local.png"])
    #expect(images.map(\.fetched) == [digest, nil])
    #expect(try fixture.database.imageProgress() == ImageProgress(total: 2, done: 0))
    #expect(try fixture.database.failedFetches(before: run, limit: 10) == [])
    #expect(
      try fixture.database.failedFetches(before: run + 1, limit: 10).map(\.url) == ["http://x/2"])
  }

  @Test func withItsSourceAFetchIsDiscarded() throws {
    let fixture = try AuditFixture()
    let source = try fixture.ingest("a\thttp://x/1\n")
    let run = try fixture.database.beginRun(AuditFixture.request("fetch"))
    let pending = try fixture.database.pendingFetches(limit: 10)
    try fixture.database.record(
      [
        FetchRecord(
          locationID: pending[0].locationID, result: .success(SHA256Digest(of: [1])), status: 200,
          finalURL: nil, contentType: nil, bytes: 1, seconds: 0, tries: 1)
      ], run: run, at: Date(timeIntervalSince1970: 0))
    try fixture.database.discardSource(source.id)
    let left = try fixture.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM fetch") }
    #expect(left == 0)
  }
}

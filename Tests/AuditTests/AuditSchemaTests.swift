import Audit
import Foundation
import GRDB
import Pairs
import Testing

@testable import Audit

@Suite struct AuditSchemaTests {
  /// `Fixtures/schema.sql` is what `sqlite3 audit.sqlite .schema` would say of a new database. It
  /// changes only together with a new migration.
  @Test func schemaIsTheGoldenOne() throws {
    let fixture = try AuditFixture()
    let statements = try fixture.database.read { database in
      try String.fetchAll(
        database,
        sql: """
          SELECT sql || ';' FROM sqlite_master
          WHERE sql IS NOT NULL AND name NOT LIKE 'grdb%' ORDER BY rowid
          """)
    }
    let url = try #require(
      Bundle.module.url(forResource: "schema", withExtension: "sql", subdirectory: "Fixtures"))
    let golden = try String(contentsOf: url, encoding: .utf8)
    #expect(statements.joined(separator: "\n") + "\n" == golden)
  }

  @Test func pairAuditHasThePublicColumnsInOrder() throws {
    let fixture = try AuditFixture()
    let columns = try fixture.database.read { database in
      try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info('pair_audit')")
    }
    #expect(
      columns == [
        "pair_id", "key", "source", "line", "role", "caption", "url", "image_sha256",
        "image_format", "width", "height", "perceptual_hash", "near_group", "status", "reason",
        "detail", "http_status", "stage",
        "similarity_a", "similarity_b", "similarity", "clean_probability", "threshold",
        "model_id", "run_id", "updated_at",
      ])
  }

  @Test(arguments: [
    "SELECT * FROM pair_audit WHERE pair_id = 1",
    "SELECT * FROM purified_pair WHERE pair_id = 1",
    "SELECT pair.line FROM pair CROSS JOIN reviewed_pair USING (pair_id)"
      + " WHERE (pair.source_id, pair.line) > (1, 1) ORDER BY pair.source_id, pair.line LIMIT 5",
  ])
  func viewsAreReadThroughIndexes(_ sql: String) throws {
    let fixture = try AuditFixture()
    let plan = try fixture.database.read { database in
      try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }
    }
    let scans = plan.filter { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }
    #expect(scans == [], "\(plan)")
  }
}

import GRDB

/// The schema and its history. A migration that has been released is never edited; a change is a
/// new one at the end.
enum AuditSchema {
  /// Marks a file as ours, in SQLite's header: "WNOW" in ASCII.
  static let applicationID: Int32 = 0x574E_4F57

  /// The number of the newest migration, kept in SQLite's header as `user_version`, where it can
  /// be read without opening the database.
  static let version = migrations.count

  private static let migrations: [@Sendable (Database) throws -> Void] = [
    { database in
      try database.execute(sql: firstTables)
      try database.execute(sql: firstViews)
      try database.execute(sql: "PRAGMA application_id = \(applicationID)")
    },
    { database in try database.execute(sql: shardIndex) },
    { database in
      try database.execute(sql: nearImages)
      try database.execute(sql: nearImageViews)
    },
    { database in
      try database.execute(sql: fetches)
      try database.execute(sql: fetchViews)
    },
    { database in try database.execute(sql: explanations) },
    { database in try database.execute(sql: shards) },
    { database in try database.execute(sql: standing) },
    { database in try database.execute(sql: runWork) },
  ]

  /// The migrations, in order.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for (index, migrate) in migrations.enumerated() {
      migrator.registerMigration("\(index + 1)") { database in
        try migrate(database)
        try database.execute(sql: "PRAGMA user_version = \(index + 1)")
      }
    }
    return migrator
  }
}

import Audit
import Foundation

extension Workspace {
  /// Opens the database for a stage that needs ingested pairs.
  ///
  /// - Throws: `StagesError.missing` naming `winnow-ingest` when there is none.
  public func openIngested(_ access: AuditDatabase.Access) throws -> AuditDatabase {
    guard FileManager.default.fileExists(atPath: databasePath) else {
      throw missing("nothing was ingested yet", command: "winnow-ingest", "--input M.tsv")
    }
    let database = try openDatabase(access)
    // A shard that was read to its end may hold no line.
    guard try database.pairCount() > 0 || database.sources().contains(where: \.isComplete) else {
      throw missing("nothing was ingested yet", command: "winnow-ingest", "--input M.tsv")
    }
    return database
  }

  /// An error that names the command to run first.
  public func missing(
    _ what: String, command: String, _ arguments: String...
  ) -> StagesError {
    let words = [command, "--workspace", path] + arguments
    return .missing(workspace: path, what: what, command: words.joined(separator: " "))
  }
}

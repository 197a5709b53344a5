import Audit
import Foundation
import Pairs

/// The folder of one run and where things are in it.
public struct Workspace: Sendable, Equatable {
  /// The folder's absolute path.
  public let path: String

  /// The workspace at `path`, whether or not there is one yet.
  public init(path: String) {
    self.path = absolutePath(path)
  }

  /// Every pair, its scores, its decision and why.
  public var databasePath: String { path + "/audit.sqlite" }
  /// Fetched images by content hash.
  public var imagesPath: String { path + "/images" }
  /// Feature shards.
  public var featuresPath: String { path + "/features" }
  /// The networks, the vocabulary, their configuration and history.
  public var modelsPath: String { path + "/models" }
  /// What is exported when no other place is given.
  public var exportPath: String { path + "/export" }
  /// Which stages are complete, and for which configuration.
  public var stagesPath: String { path + "/stages" }
  /// The file that a writer locks.
  var lockPath: String { path + "/writer.lock" }

  /// The feature shard of a number: `features/shard-00000.safetensors`.
  public func shardPath(_ shard: Int) -> String {
    let digits = String(shard)
    let zeros = String(repeating: "0", count: max(0, 5 - digits.count))
    return featuresPath + "/shard-\(zeros)\(digits).safetensors"
  }

  /// Makes a folder of the workspace, and the workspace, unless they are there.
  public func create(folder: String) throws(StagesError) {
    do {
      try DurableFolder.create(folder)
    } catch {
      throw .file(path: error.path, problem: "the folder cannot be made: \(error.problem)")
    }
  }

  /// Opens the audit database.
  public func openDatabase(_ access: AuditDatabase.Access) throws -> AuditDatabase {
    if access == .creating { try create(folder: path) }
    return try AuditDatabase(at: databasePath, access: access)
  }

  /// Migrates the database of an older version, for a command that is going to write.
  public func bringUpToDate(
    for command: String, holding lock: WriterLock?, context: StageContext? = nil
  ) throws {
    guard try AuditDatabase.isOlder(databaseAt: databasePath) else { return }
    let own = lock == nil ? try self.lock(for: command) : nil
    defer { own?.release() }
    try openDatabase(.writing).close()
    context?.logger.notice(
      "brought the audit database of an older version up to date",
      metadata: ["path": "\(databasePath)"])
  }

  /// Refuses a workspace that a newer version made, before anything is written to it.
  public func checkVersion() throws {
    try AuditDatabase.checkVersion(ofDatabaseAt: databasePath)
  }
}

/// A path made absolute against the current folder, `.` and `..` worked off, links kept.
public func absolutePath(_ path: String) -> String {
  URL(fileURLWithPath: path).standardizedFileURL.path
}

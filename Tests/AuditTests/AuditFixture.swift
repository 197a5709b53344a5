import Audit
import Foundation
import Pairs
import TestSupport

/// A database with a manifest in it.
struct AuditFixture {
  let folder: ScratchFolder
  let database: AuditDatabase
  let run: Int64

  init() throws {
    folder = try ScratchFolder()
    database = try AuditDatabase(at: folder.file("audit.sqlite"), access: .creating)
    run = try database.beginRun(Self.request("ingest"))
  }

  static func request(_ command: String, seed: UInt64? = nil) -> RunRequest {
    RunRequest(
      command: command, configuration: "{}", programVersion: "test", seed: seed,
      startedAt: Date(timeIntervalSince1970: 0))
  }

  /// Ingests a manifest whose URLs are its image locations.
  @discardableResult
  func ingest(
    _ text: String, role: PairRole = .train, name: String = "m.tsv"
  ) throws -> SourceRecord {
    let path = try folder.write(Array(text.utf8), to: name)
    let source = try database.beginSource(
      SourceDescription(
        path: path, role: role, columns: .captionURL, imageRoot: folder.path,
        sha256: SHA256Digest(ofFileAt: path).description), run: run)
    let reader = try TSVManifestReader(path: path)
    let lines = try reader.nextBatch(upTo: 1_000).map { row in
      if let failure = row.failure { return IngestLine(row: row, failure: failure) }
      let url = row.fields?.url ?? ""
      let isRemote = url.hasPrefix("http")
      return IngestLine(
        row: row, location: LocationIdentity(resolved: url, isRemote: isRemote))
    }
    var batch: AuditDatabase.LineBatch? = AuditDatabase.LineBatch(
      lines: lines,
      read: AuditDatabase.LinesRead(count: lines.count, endOffset: lines.last?.row.endOffset),
      isLast: true)
    return try database.ingest(
      into: source, run: run, at: Date(timeIntervalSince1970: 0)
    ) {
      defer { batch = nil }
      return batch
    }
  }

  /// Status and reason of every pair, in order.
  func standings() throws -> [String] {
    try database.outcomes(roles: Set(PairRole.allCases), limit: 1_000).map { outcome in
      [outcome.status.rawValue, outcome.reason?.rawValue].compactMap(\.self)
        .joined(separator: " ")
    }
  }

  /// An image content named by a byte.
  static func content(_ name: UInt8) -> ImageContent {
    ImageContent(digest: SHA256Digest(of: [name]), format: "jpeg", width: 640, height: 480)
  }
}

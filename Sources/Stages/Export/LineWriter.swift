import Audit
import Foundation
import Pairs

/// Writes manifest lines byte for byte.
struct LineWriter {
  private let file: HashedFile
  private let sources: [Int64: SourceRecord]
  private var openSource: (id: Int64, handle: FileHandle)?
  private var owesLineFeed = false

  init(file: HashedFile, sources: [Int64: SourceRecord]) {
    self.file = file
    self.sources = sources
  }

  /// Writes a line with its own ending. A last line without one gets a line feed when another
  /// manifest's line follows, or the two would become one.
  mutating func write(_ row: ExportRow) throws {
    if owesLineFeed { try file.write([0x0A]) }
    switch row.line {
    case .bytes(let line): try file.write(line)
    case .inManifest(let offset, let count): try copy(offset: offset, count: count, of: row)
    }
    try file.write(row.lineEnding.bytes)
    owesLineFeed = row.lineEnding == .none
  }

  /// Copies a line that was too long to be stored from the manifest itself.
  private mutating func copy(offset: Int64, count: Int64, of row: ExportRow) throws {
    let handle = try manifest(row.sourceID, path: row.source)
    try handle.seek(toOffset: UInt64(offset))
    var left = count
    while left > 0 {
      guard let block = try handle.read(upToCount: Int(min(left, 1 << 20))), !block.isEmpty else {
        throw changed(row.source)
      }
      try file.write(Array(block))
      left -= Int64(block.count)
    }
  }

  private mutating func manifest(_ id: Int64, path: String) throws -> FileHandle {
    if let openSource, openSource.id == id { return openSource.handle }
    guard let source = sources[id],
      try SHA256Digest(ofFileAt: path).description == source.description.sha256
    else { throw changed(path) }
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    openSource = (id, handle)
    return handle
  }

  private func changed(_ path: String) -> StagesError {
    .damaged(
      path: path,
      problem: "has changed since it was ingested, and lines too long for the database can only"
        + " be read from it; restore it")
  }
}

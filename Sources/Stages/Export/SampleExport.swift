import Audit
import Fetching
import Pairs

/// Writes tar archives as `webdataset` and `datasets` read them: for each pair its picture, `KEY.txt`
/// with the caption and `KEY.json` with everything else.
struct SampleExport {
  static let prefix = "shard-"
  static let suffix = ".tar"
  static let defaultPairs = 10_000

  let folder: ExportFolder
  let store: ContentStore
  /// The most pairs of an archive.
  let pairsOfShard: Int
  let leftOut: LeftOutPairs
  private var archive: TarWriter?
  private var pairsInArchive = 0
  private var archives = 0
  /// Pairs written so far.
  private(set) var pairs = 0
  /// Called after each archive; a test's way to stop an export.
  private let afterShard: @Sendable (Int) throws -> Void

  init(
    in folder: ExportFolder, store: ContentStore, pairsOfShard: Int,
    afterShard: @escaping @Sendable (Int) throws -> Void
  ) {
    self.folder = folder
    self.store = store
    self.pairsOfShard = pairsOfShard
    self.afterShard = afterShard
    leftOut = LeftOutPairs(in: folder)
  }

  /// Writes a page of pairs.
  mutating func write(_ rows: [ExportRow]) throws {
    let pictures = try ExportedPictures(of: rows, store: store)
    for row in rows {
      switch pictures.picture(of: row) {
      case .failure(let absence): try leftOut.add(row, absence.reason, absence.detail)
      case .success(let picture): try write(row, picture)
      }
    }
  }

  /// Ends the last archive. Without any pair it is an empty one: that there are none is an answer.
  mutating func finish() throws {
    try leftOut.finish(exported: pairs)
    if archives == 0, archive == nil { archive = try nextArchive() }
    try finishArchive()
  }

  private mutating func write(_ row: ExportRow, _ picture: ExportedPictures.Picture) throws {
    if pairsInArchive == pairsOfShard { try finishArchive() }
    let archive = try self.archive ?? nextArchive()
    self.archive = archive
    // Readers take successive files of one key for one sample, so it has to be new: pairs that two
    // manifests share are numbered on, as repeats within one are.
    let name = row.key.repeated(row.key.occurrence + (row.picture?.repeatsBefore ?? 0))
    try archive.add("\(name).\(picture.ending)", picture.bytes)
    try archive.add("\(name).txt", Array((row.caption ?? "").utf8))
    try archive.add("\(name).json", row.record().sampleJSON())
    pairsInArchive += 1
    pairs += 1
  }

  private func nextArchive() throws -> TarWriter {
    let digits = String(archives)
    let zeros = String(repeating: "0", count: max(0, 5 - digits.count))
    return TarWriter(try folder.file("\(Self.prefix)\(zeros)\(digits)\(Self.suffix)"))
  }

  private mutating func finishArchive() throws {
    guard let archive else { return }
    try archive.seal()
    try folder.keep(archive.file)
    self.archive = nil
    pairsInArchive = 0
    archives += 1
    try afterShard(archives)
  }
}

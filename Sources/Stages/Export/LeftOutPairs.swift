import Audit
import Pairs

/// Pairs that an export cannot hold, named in a file of its own: `key TAB reason TAB detail`.
final class LeftOutPairs {
  static let fileName = "left-out.tsv"
  /// The reason of a picture that is not the one that was judged.
  static let changed = "changed_image"
  /// The reason of an image that has no features yet.
  static let unfeaturized = "not_featurized"

  /// How many, by reason.
  private(set) var counts: [String: Int] = [:]
  /// The first one: its key and why.
  private(set) var first: (key: PairKey, detail: String)?
  private let folder: ExportFolder
  private var file: HashedFile?

  init(in folder: ExportFolder) {
    self.folder = folder
  }

  /// How many there are.
  var count: Int { counts.values.reduce(0, +) }

  /// Names a pair.
  func add(_ row: ExportRow, _ reason: String, _ detail: String) throws {
    let file = try self.file ?? folder.file(Self.fileName)
    self.file = file
    // A detail may repeat what stands in a manifest: it is one line without a TAB.
    try file.write(Array("\(row.key)\t\(reason)\t".utf8) + CaptionFile.line(of: detail))
    counts[reason, default: 0] += 1
    if first == nil { first = (row.key, detail) }
  }

  /// Names a pair with what failed.
  func add(_ row: ExportRow, _ failure: RowFailure) throws {
    try add(row, failure.reason.rawValue, failure.detail)
  }

  /// Adds the file to the export, if there is anything in it.
  ///
  /// - Throws: `StagesError.file` when nothing else was exported: then it is not the pairs' fault.
  func finish(exported: Int) throws {
    guard let file else { return }
    if exported == 0, let first {
      throw StagesError.file(
        path: folder.path,
        problem:
          "nothing was exported: none of the \(SummaryTable.grouped(count)) pairs can be; the "
          + "first, \(first.key): \(first.detail)")
    }
    try folder.keep(file)
  }
}

import Audit
import Pairs

/// A manifest in batches of lines, each with its image's location.
final class IngestBatches {
  /// Some lines, and whether the file ends with them.
  struct Batch: Sendable {
    var lines: [IngestLine] = []
    var isLast = false

    /// The lines of the whole manifest of `bytes` bytes, when this batch ends with line `count`: as
    /// many as there would be if all were as long as those so far.
    func lineCount(of bytes: Int64, after count: Int) -> Int? {
      guard !isLast else { return count }
      guard let row = lines.last?.row, row.byteOffset > 0 else { return nil }
      return max(count, Int(Double(count) * Double(bytes) / Double(row.byteOffset)))
    }
  }

  /// The most bytes of lines held in one batch: 100,000 hostile lines of 80 KB each are many.
  private static let batchBytes = 32 << 20

  private let reader: TSVManifestReader
  private let root: ImageRoot
  private let batchLines: Int
  /// What the workspace's images are; the first line decides where that is open.
  private var kind: ImageKind?
  private var isDone = false

  /// The batches of a file after its first `count` lines.
  ///
  /// - Parameter kind: what the workspace's images are; nil in one without any.
  init(
    _ source: IngestSource, of kind: ImageKind?, skipping count: Int, upTo batchLines: Int
  ) throws(PairsError) {
    self.kind = kind
    reader = try source.reader()
    root = source.root
    self.batchLines = batchLines
    for _ in 0..<count {
      guard try reader.next() != nil else { return }
    }
  }

  /// The next batch; nil after the one that ends the file.
  func next() throws(PairsError) -> Batch? {
    guard !isDone else { return nil }
    var batch = Batch()
    batch.lines.reserveCapacity(batchLines)
    var bytes = 0
    while batch.lines.count < batchLines, bytes < Self.batchBytes {
      guard let row = try reader.next() else {
        isDone = true
        batch.isLast = true
        return batch
      }
      bytes += row.rawBytes.count
      batch.lines.append(line(of: row))
    }
    return batch
  }

  private func line(of row: ManifestRow) -> IngestLine {
    if let failure = row.failure { return IngestLine(row: row, failure: failure) }
    guard let fields = row.fields else {
      return IngestLine(row: row, failure: RowFailure(.malformedRow, "the line has no columns"))
    }
    let location = root.location(of: fields.url)
    if let refusal = kind?.refusal(of: location) { return IngestLine(row: row, failure: refusal) }
    kind = kind ?? location.kind
    switch location {
    case .local(let path):
      let resolved = "\(root.canonicalPath)/\(path)"
      return IngestLine(
        row: row, location: LocationIdentity(resolved: resolved, isRemote: false))
    case .precomputed(let path, let number):
      // A prefix that no path begins with: a file may have any name, `x.npy#1` included.
      let resolved = PrecomputedFeatures.url(array: "\(root.canonicalPath)/\(path)", row: number)
      return IngestLine(
        row: row, location: LocationIdentity(resolved: resolved, isRemote: false))
    case .remote(let url):
      return IngestLine(row: row, location: LocationIdentity(resolved: url, isRemote: true))
    case .refused(let failure):
      return IngestLine(row: row, failure: failure)
    }
  }
}

import Audit
import Pairs

/// The lines of a manifest.
final class ManifestLines: IngestLines {
  private let reader: TSVManifestReader
  private let root: ImageRoot
  private let shards: ManifestShards?
  /// What the workspace's images are; the first line decides where that is open.
  private var kind: ImageKind?

  /// - Parameter kind: what the workspace's images are; nil in one without any.
  init(_ source: IngestSource, of kind: ImageKind?) throws(PairsError) {
    self.kind = kind
    reader = try source.reader()
    root = source.root
    shards = source.shards
  }

  func next() throws -> ReadLine? {
    try reader.next().map { row in
      ReadLine(
        line: shards?.holds(row.key) == false ? nil : line(of: row), endOffset: row.endOffset)
    }
  }

  func skip(_ count: Int) throws {
    for _ in 0..<count {
      guard try reader.next() != nil else { return }
    }
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

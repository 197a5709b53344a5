import Audit
import Fetching
import Pairs

/// The pictures and captions of a shard. Each picture is stored, not synced, before its line is
/// given out.
final class SampleLines: IngestLines {
  private let reader: SampleReader
  private let store: ContentStore
  private let folder: String
  private let shards: ManifestShards?

  /// - Parameters:
  ///   - store: Prepared.
  ///   - shards: Which lines are wanted; pictures of others are not stored.
  init(
    _ shard: SampleShard, in root: ImageRoot, into store: ContentStore, shards: ManifestShards?
  ) throws {
    reader = try shard.reader()
    self.store = store
    folder = root.canonicalPath
    self.shards = shards
  }

  func next() throws -> ReadLine? {
    try reader.next().map { sample in
      let isHeld = shards?.holds(sample.row.key) != false
      return ReadLine(
        line: isHeld ? try line(of: sample) : nil, endOffset: sample.row.endOffset)
    }
  }

  func skip(_ count: Int) throws {
    for _ in 0..<count {
      guard try reader.next(isSkipped: true) != nil else { return }
    }
  }

  private func line(of sample: SampleRow) throws -> IngestLine {
    let row = sample.row
    guard let fields = row.fields, let picture = sample.picture else {
      let unread = RowFailure(.malformedRow, "the sample has no caption and picture")
      return IngestLine(row: row, failure: row.failure ?? unread)
    }
    // A picture without a URL is another one in each folder that has an archive of this name.
    let resolved = ImageLocation.remoteURL(of: fields.url) ?? "\(folder) \(fields.url)"
    return IngestLine(
      row: row, location: LocationIdentity(resolved: resolved, isRemote: true),
      delivery: try delivery(of: picture, sample.httpStatus))
  }

  private func delivery(
    of picture: Result<[UInt8], RowFailure.Thrown>, _ httpStatus: Int?
  ) throws -> ImageDelivery {
    switch picture {
    case .failure(let thrown):
      return ImageDelivery(result: .failure(thrown), bytes: nil, httpStatus: httpStatus)
    case .success(let bytes):
      return ImageDelivery(result: .success(try store.store(bytes)), bytes: bytes.count)
    }
  }
}

import Foundation
import GRDB
import Pairs

/// What is needed to find the bytes of a pair's picture.
public struct PairImageSource: Sendable, Equatable {
  /// The URL or path as the manifest writes it.
  public let url: String
  /// The folder that relative paths start from and may not leave, absolute.
  public let imageRoot: String
  /// The content that its URL gave, in the workspace's `images/`; nil for a local file, and for a
  /// URL that was not fetched.
  public let fetched: SHA256Digest?
  /// The content that a stage found there, by its hash; nil where none looked at it.
  public let content: SHA256Digest?
  /// The content's format as that stage found it, such as `jpeg`.
  public let format: String?
}

extension AuditDatabase {
  /// Where a pair's picture is; nil for a pair that is not there or names none.
  public func imageSource(ofPair pair: Int64) throws(AuditError) -> PairImageSource? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT CAST(pair.url AS BLOB), source.image_root, fetch.sha256, image.sha256,
            image.format
          FROM pair
          JOIN source ON source.source_id = pair.source_id
          JOIN location ON location.location_id = pair.location_id
          LEFT JOIN fetch ON fetch.location_id = location.location_id
          LEFT JOIN image ON image.image_id = location.image_id
          WHERE pair.pair_id = ?
          """, arguments: [pair]
      ).map { row in
        PairImageSource(
          url: row.text(0) ?? "", imageRoot: row[1],
          fetched: row.hasNull(atIndex: 2) ? nil : try row.digest(2),
          content: row.hasNull(atIndex: 3) ? nil : try row.digest(3), format: row[4])
      }
    }
  }
}

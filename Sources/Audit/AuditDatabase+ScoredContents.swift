import GRDB
import Pairs

/// A scored pair with what its content is: what rules beside the model's decide on.
public struct ScoredContent: Sendable, Equatable {
  /// The pair's number and similarities.
  public let score: PairScore
  /// The caption as written.
  public let caption: String
  /// The image content's number: the same for pairs that show the same file.
  public let imageID: Int64
  /// The first image of those that look nearly like this one, itself where there are no others.
  public let firstNearImageID: Int64
  /// The same for images with the same perceptual hash, such as copies in other sizes, and for all
  /// that show nothing; where there is no hash, the image's own.
  public let appearance: Int64
  /// Pixels, after orientation; nil where there is no picture.
  public let width: Int?
  /// Pixels, after orientation; nil where there is no picture.
  public let height: Int?

  /// A value of its parts.
  public init(
    score: PairScore, caption: String, imageID: Int64, firstNearImageID: Int64,
    appearance: Int64, width: Int?, height: Int?
  ) {
    self.score = score
    self.caption = caption
    self.imageID = imageID
    self.firstNearImageID = firstNearImageID
    self.appearance = appearance
    self.width = width
    self.height = height
  }
}

extension AuditDatabase {
  /// A model's stored scores of harvested pairs with the pairs' contents, in the order of the pairs'
  /// numbers.
  ///
  /// - Parameters:
  ///   - pair: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func scoredContents(
    ofModel model: Int64, after pair: Int64 = 0, limit: Int
  ) throws(AuditError) -> [ScoredContent] {
    try read { database in
      // A negative number has more bits set than a hash, which has at most half of them.
      try Row.fetchAll(
        database,
        sql: """
          SELECT score.pair_id, score.similarity_a, score.similarity_b,
            CAST(pair.caption AS BLOB), image.image_id,
            coalesce(image.near_group, image.image_id),
            coalesce(image.perceptual_hash, -image.image_id), image.width, image.height
          FROM score
          CROSS JOIN pair ON pair.pair_id = score.pair_id
          CROSS JOIN source ON source.source_id = pair.source_id
          CROSS JOIN location ON location.location_id = pair.location_id
          CROSS JOIN image ON image.image_id = location.image_id
          WHERE score.model_id = ? AND score.pair_id > ? AND source.role = 'train'
          ORDER BY score.pair_id LIMIT ?
          """, arguments: [model, pair, limit]
      ).map { row in
        ScoredContent(
          score: PairScore(pairID: row[0], similarityA: row[1], similarityB: row[2]),
          caption: row.text(3) ?? "", imageID: row[4], firstNearImageID: row[5],
          appearance: row[6], width: row[7], height: row[8])
      }
    }
  }

  /// How many harvested pairs that a model has scored have an image that is to be looked at again:
  /// its shard was damaged, and until then nothing is known of it. `scoredContents` leaves them out.
  public func scoredCountWithoutImage(ofModel model: Int64) throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM score
          CROSS JOIN pair ON pair.pair_id = score.pair_id
          CROSS JOIN source ON source.source_id = pair.source_id
          CROSS JOIN location ON location.location_id = pair.location_id
          WHERE score.model_id = ? AND source.role = 'train'
            AND location.image_id IS NULL AND location.run_id IS NULL
          """, arguments: [model]) ?? 0
    }
  }
}

import Audit
import Foundation
import Pairs

/// What reviewers said of harvested pairs, as a training uses it: `models/reviews.jsonl`, a line for
/// each reviewed pair.
struct TrainingReviews {
  /// The reviewed pairs.
  let pairs: [ReviewedPair]
  /// `kept` or `rejected`, by the pair's number.
  let verdicts: [Int64: PairStatus]

  init(_ pairs: [ReviewedPair] = []) {
    self.pairs = pairs
    verdicts = Dictionary(pairs.map { ($0.pairID, $0.verdict) }, uniquingKeysWith: { $1 })
  }

  /// What is said now.
  init(of database: AuditDatabase) throws {
    self.init(try database.reviewedPairs())
  }

  /// What a training wrote down; nothing where there is no file.
  ///
  /// - Throws: `StagesError.damaged`.
  init(readFrom path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      self.init()
      return
    }
    do {
      let lines = try Data(contentsOf: URL(filePath: path)).split(separator: 0x0A)
      self.init(try lines.map { try JSONDecoder().decode(ReviewedPair.self, from: Data($0)) })
    } catch {
      throw StagesError.damaged(
        path: path,
        problem:
          "the reviews that the model was trained with cannot be read; run winnow-train with "
          + "--restart")
    }
  }
}

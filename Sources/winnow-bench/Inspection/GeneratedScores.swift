import Audit
import Foundation
import Pairs
import Stages

/// Made-up pictures and scores for the pairs of an ingested workspace, stored as fetching, featurizing
/// and scoring store them, so that what comes after can be measured at any size.
struct GeneratedScores {
  let workspace: Workspace
  let pairs: Int
  let seed: UInt64
  let now: @Sendable () -> Date
  let progress: @Sendable (StageProgress) -> Void

  /// Rows that one transaction stores.
  private static let batch = 50_000
  /// The model's name.
  static let model = "generated"

  /// Stores them where the stages would, beside what they leave for deciding.
  func store(in database: AuditDatabase) throws {
    try fetch(database)
    try lookAtPictures(database)
    try score(database)
    try writeCalibration()
  }

  /// Every 50th is not there.
  private func isMissing(_ location: Int64) -> Bool { location.isMultiple(of: 50) }

  /// Every 97th is the picture of the location before.
  private func shown(at location: Int64) -> Int64 {
    location.isMultiple(of: 97) && !isMissing(location - 1) ? location - 1 : location
  }

  /// No hash, and in order: storing millions of rows at the right edge of their index takes little.
  private func digest(of picture: Int64) throws -> SHA256Digest {
    let number = withUnsafeBytes(of: picture.bigEndian) { Array($0) }
    guard let digest = SHA256Digest(bytes: number + [UInt8](repeating: 0, count: 24)) else {
      throw BenchError.unexpected(work: "pictures", problem: "\(picture) gave no digest")
    }
    return digest
  }

  private func fetch(_ database: AuditDatabase) throws {
    let run = try begin("fetch", database)
    var last: Int64 = 0
    while true {
      let page = try database.pendingFetches(after: last, limit: Self.batch)
      guard let end = page.last else { break }
      last = end.locationID
      try database.record(
        try page.map { url in
          let isHere = !isMissing(url.locationID)
          return FetchRecord(
            locationID: url.locationID,
            result: isHere
              ? .success(try digest(of: shown(at: url.locationID)))
              : .failure(RowFailure.Thrown(failure: RowFailure(.httpError, "404 Not Found"))),
            status: isHere ? 200 : 404, finalURL: nil, contentType: isHere ? "image/jpeg" : nil,
            bytes: isHere ? 48_000 : nil, seconds: 0.2, tries: 1)
        }, run: run, at: now())
      report("fetches", Int(last))
    }
    try database.finishRun(run, at: now())
  }

  private func lookAtPictures(_ database: AuditDatabase) throws {
    let run = try begin("featurize", database)
    var last: Int64 = 0
    while true {
      let page = try database.pendingImages(after: last, limit: Self.batch)
      guard let end = page.last else { break }
      last = end.locationID
      try database.record(
        try page.map { location in
          let number = location.locationID
          guard !isMissing(number) else {
            return ImageOutcome(
              locationID: number, result: .unavailable(RowFailure(.missingImage, "not there")))
          }
          let picture = shown(at: number)
          let content = ImageContent(
            digest: try digest(of: picture), format: "jpeg", width: 640, height: 480,
            look: .hash(UInt64(picture) &* 0x9E37_79B9_7F4A_7C15 | 1))
          return ImageOutcome(
            locationID: number,
            result: .featurized(
              content, FeatureAddress(shard: Int(number) / 512, row: Int(number) % 512)))
        }, run: run)
      report("pictures", Int(last))
    }
    try database.finishRun(run, at: now())
  }

  /// Seven of ten pairs match; the networks agree on that, and each errs by itself.
  private func score(_ database: AuditDatabase) throws {
    let model = try database.modelID(named: Self.model)
    var random = SeededGenerator(seed: seed)
    let run = try begin("score", database)
    var last: Int64 = 0
    while true {
      let page = try database.featurizedPairs(
        roles: Set(PairRole.allCases), unscoredBy: model, after: last, limit: Self.batch)
      guard let end = page.last else { break }
      last = end.pairID
      try database.store(
        page.map { pair in
          let matches = random.next() % 10 < 7
          return PairScore(
            pairID: pair.pairID, similarityA: Self.similarity(matches, &random),
            similarityB: Self.similarity(matches, &random))
        }, model: model, run: run)
      report("scores", Int(last))
    }
    try database.publishScores(ofModel: model)
    try database.finishRun(run, at: now())
  }

  private static func similarity(_ matches: Bool, _ random: inout SeededGenerator) -> Double {
    // The mean of a few uniform numbers is near enough to a bell.
    let bell = (0..<4).reduce(0.0) { sum, _ in
      sum + Double(random.next() >> 11) * 0x1p-53 / 4
    }
    return min(max((matches ? 0.66 : 0.34) + (bell - 0.5) * 1.1, 0), 1)
  }

  /// What the trained model would leave for deciding: what it says of known matches and mismatches.
  private func writeCalibration() throws {
    var random = SeededGenerator(seed: seed &+ 7)
    func similarities(_ matches: Bool) -> Calibration.Similarities {
      let values = (0..<1_000).map { _ in
        (Self.similarity(matches, &random), Self.similarity(matches, &random))
      }
      return Calibration.Similarities(a: values.map(\.0), b: values.map(\.1))
    }
    let calibration = Calibration(
      model: Self.model, matched: similarities(true), mismatched: similarities(false),
      devMatched: similarities(true), devMismatched: similarities(false))
    try workspace.create(folder: workspace.modelsPath)
    let file = try AtomicFile(path: workspace.modelsPath + "/calibration.json")
    try file.write(Array(try JSONEncoder().encode(calibration)))
    try file.commit()
  }

  /// As in a workspace's `models/calibration.json`.
  private struct Calibration: Encodable {
    struct Similarities: Encodable {
      let a: [Double]
      let b: [Double]

      enum CodingKeys: String, CodingKey {
        case a = "a"
        case b = "b"
      }
    }

    let model: String
    let matched: Similarities
    let mismatched: Similarities
    let devMatched: Similarities
    let devMismatched: Similarities

    enum CodingKeys: String, CodingKey {
      case model = "model"
      case matched = "matched"
      case mismatched = "mismatched"
      case devMatched = "dev_matched"
      case devMismatched = "dev_mismatched"
    }
  }

  private func begin(_ command: String, _ database: AuditDatabase) throws -> Int64 {
    try database.beginRun(
      RunRequest(
        command: command, configuration: "{}", programVersion: "bench", seed: seed,
        startedAt: now()))
  }

  private func report(_ what: String, _ done: Int) {
    progress(StageProgress(stage: what, unit: "pairs", done: done, total: pairs, rate: nil))
  }
}

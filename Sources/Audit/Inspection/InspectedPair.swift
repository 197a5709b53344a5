import Pairs

/// One pair with everything that a list or a page says of it.
public struct InspectedPair: Sendable, Equatable {
  /// The pair's number.
  public let pairID: Int64
  /// The pair's name across runs and shards.
  public let key: PairKey
  /// The manifest it came from.
  public let source: String
  /// Its line there, from 1.
  public let line: Int
  /// What it is for.
  public let role: PairRole
  /// The caption; nil for a line that is not two columns.
  public let caption: String?
  /// The URL as the manifest writes it; nil for a line that is not two columns.
  public let url: String?
  /// SHA-256 of the picture, 64 hexadecimal digits.
  public let imageSHA256: String?
  /// The picture's format by content.
  public let imageFormat: String?
  /// Pixels, after orientation.
  public let width: Int?
  /// Pixels, after orientation.
  public let height: Int?
  /// What the picture looks like, as a hash; nil where it shows nothing or there is none.
  public let look: UInt64?
  /// The model's decision.
  public let status: PairStatus
  /// Why; nil while pending.
  public let reason: PairReason?
  /// Where the pair stands after reviews.
  public let finalStatus: PairStatus
  /// Why, after reviews; nil while pending.
  public let finalReason: PairReason?
  /// The newest review's verdict; nil without any.
  public let verdict: ReviewVerdict?
  /// What exactly was found.
  public let detail: String?
  /// The HTTP status of the last answer, for a picture on the web.
  public let httpStatus: Int?
  /// The stage that had the last word on the pair.
  public let stage: String?
  /// The run that had it.
  public let runID: Int64?
  /// The model whose scores these are.
  public let model: String?
  /// Network A's similarity.
  public let similarityA: Double?
  /// Network B's similarity.
  public let similarityB: Double?
  /// The mean of both.
  public let similarity: Double?
  /// The probability that the pair matches.
  public let cleanProbability: Double?
  /// What the pair had to exceed to be kept; nil without a decision.
  public let threshold: Double?

  /// Whether a person's verdict holds.
  public var isReviewed: Bool { verdict?.standing != nil }
}

extension InspectedPair: Encodable {
  enum CodingKeys: String, CodingKey {
    case pairID = "pair_id"
    case key = "key"
    case source = "source"
    case line = "line"
    case role = "role"
    case caption = "caption"
    case url = "url"
    case imageSHA256 = "image_sha256"
    case imageFormat = "image_format"
    case width = "width"
    case height = "height"
    case look = "perceptual_hash"
    case status = "status"
    case reason = "reason"
    case finalStatus = "final_status"
    case finalReason = "final_reason"
    case verdict = "verdict"
    case detail = "detail"
    case httpStatus = "http_status"
    case stage = "stage"
    case runID = "run_id"
    case model = "model_id"
    case similarityA = "similarity_a"
    case similarityB = "similarity_b"
    case similarity = "similarity"
    case cleanProbability = "clean_probability"
    case threshold = "threshold"
  }

  /// Writes the columns of `reviewed_pair` under their names; what is absent is left out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(pairID, forKey: .pairID)
    try container.encode(key, forKey: .key)
    try container.encode(source, forKey: .source)
    try container.encode(line, forKey: .line)
    try container.encode(role, forKey: .role)
    try container.encodeIfPresent(caption, forKey: .caption)
    try container.encodeIfPresent(url, forKey: .url)
    try container.encodeIfPresent(imageSHA256, forKey: .imageSHA256)
    try container.encodeIfPresent(imageFormat, forKey: .imageFormat)
    try container.encodeIfPresent(width, forKey: .width)
    try container.encodeIfPresent(height, forKey: .height)
    // As in the view: JSON's numbers do not hold 64 bits everywhere.
    try container.encodeIfPresent(look.map(PairLook.text), forKey: .look)
    try container.encode(status, forKey: .status)
    try container.encodeIfPresent(reason, forKey: .reason)
    try container.encode(finalStatus, forKey: .finalStatus)
    try container.encodeIfPresent(finalReason, forKey: .finalReason)
    try container.encodeIfPresent(verdict, forKey: .verdict)
    try container.encodeIfPresent(detail, forKey: .detail)
    try container.encodeIfPresent(httpStatus, forKey: .httpStatus)
    try container.encodeIfPresent(stage, forKey: .stage)
    try container.encodeIfPresent(runID, forKey: .runID)
    try container.encodeIfPresent(model, forKey: .model)
    try container.encodeIfPresent(similarityA, forKey: .similarityA)
    try container.encodeIfPresent(similarityB, forKey: .similarityB)
    try container.encodeIfPresent(similarity, forKey: .similarity)
    try container.encodeIfPresent(cleanProbability, forKey: .cleanProbability)
    try container.encodeIfPresent(threshold, forKey: .threshold)
  }
}

/// Perceptual hashes as the audit's views write them.
enum PairLook {
  /// 16 hexadecimal digits.
  static func text(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// One page of an inspection.
public struct InspectionPage: Sendable {
  /// The pairs, in order.
  public let rows: [InspectedPair]
  /// Where the next page begins; nil after the last one.
  public let next: String?
  /// How many pairs pass the filter; nil where only counting them all would tell.
  public let matching: Int?
}

import Audit
import Pairs

/// The numbers and pictures that a report holds.
struct ReportAnswer: Encodable {
  /// A pair without anything about this machine.
  struct Pair: Encodable {
    let pair: InspectedPair
    /// A `data:` URL; nil where there is no picture.
    let thumbnail: String?

    enum CodingKeys: String, CodingKey {
      case pairID = "pair_id"
      case caption
      case url
      case similarity
      case thumbnail
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(pair.pairID, forKey: .pairID)
      try container.encodeIfPresent(
        pair.caption.map { PairView.beginning(of: $0, PairView.listLimit) }, forKey: .caption)
      try container.encodeIfPresent(
        pair.url.flatMap(ImageLocation.remoteURL(of:)), forKey: .url)
      try container.encodeIfPresent(pair.similarity, forKey: .similarity)
      try container.encodeIfPresent(thumbnail, forKey: .thumbnail)
    }
  }

  /// Pairs that ended the same way.
  struct Sample: Encodable {
    let status: PairStatus
    let reason: PairReason?
    let total: Int
    let pairs: [Pair]

    enum CodingKeys: String, CodingKey {
      case status
      case reason
      case explanation
      case total
      case pairs
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(status, forKey: .status)
      try container.encodeIfPresent(reason, forKey: .reason)
      try container.encode(reason?.explanation ?? "", forKey: .explanation)
      try container.encode(total, forKey: .total)
      try container.encode(pairs, forKey: .pairs)
    }
  }

  let summary: SummaryAnswer
  let histogram: HistogramAnswer
  let training: TrainingAnswer
  let samples: [Sample]

  enum CodingKeys: String, CodingKey {
    case summary
    case histogram
    case training
    case samples
  }
}

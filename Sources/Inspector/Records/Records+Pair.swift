import Audit
import Pairs

/// Everything that a pair's page shows.
struct PairAnswer: Encodable, Sendable {
  let pair: PairView
  let history: PairHistory
  let near: [PairView]
  let explanation: Explanation?
  let explainCommand: String

  /// An explanation, with the pairs that it names.
  struct Explanation: Encodable, Sendable {
    struct Match: Encodable, Sendable {
      let pair: PairView
      let similarity: Double

      enum CodingKeys: String, CodingKey {
        case pair
        case similarity
      }
    }

    let explanation: PairExplanation
    let captions: [Match]
    let images: [Match]

    enum CodingKeys: String, CodingKey {
      case captions
      case images
    }

    func encode(to encoder: any Encoder) throws {
      try explanation.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(captions, forKey: .captions)
      try container.encode(images, forKey: .images)
    }
  }

  enum CodingKeys: String, CodingKey {
    case pair
    case history
    case near
    case explanation
    case explainCommand = "explain_command"
  }
}

extension Records {
  /// The most pairs of the same or nearly the same picture that a page names.
  private static let nearLimit = 12

  /// Everything known about a pair.
  func answer(ofPair id: Int64) throws -> PairAnswer {
    let pair = try pair(id)
    return PairAnswer(
      pair: PairView(pair, captionLimit: nil), history: try audit.history(ofPair: id),
      near: try index.nearPairs(ofPair: id, limit: Self.nearLimit).pairs.map { PairView($0.pair) },
      explanation: try explanation(ofPair: id),
      explainCommand: configuration.command("winnow-score", "--explain"))
  }

  private func explanation(ofPair id: Int64) throws -> PairAnswer.Explanation? {
    guard let model = try audit.publishedModel(),
      let explanation = try audit.explanation(ofPair: id, model: model.id)
    else { return nil }
    func matches(_ matches: [PairExplanation.Match]) throws -> [PairAnswer.Explanation.Match] {
      var pairs: [Int64: InspectedPair] = [:]
      for pair in try audit.inspectedPairs(matches.map(\.pairID)) { pairs[pair.pairID] = pair }
      return matches.compactMap { match in
        pairs[match.pairID].map {
          PairAnswer.Explanation.Match(pair: PairView($0), similarity: match.similarity)
        }
      }
    }
    return PairAnswer.Explanation(
      explanation: explanation, captions: try matches(explanation.captions),
      images: try matches(explanation.images))
  }
}

import Audit
import Foundation
import Pairs

/// Which state of the workspace a page shows.
struct StateAnswer: Encodable, Sendable {
  let workspace: String
  let reviewer: String
  /// Changes when a run begins or ends, or other scores or decisions are shown.
  let revision: String
  /// The newest run.
  let run: Int64?
  let writer: String?

  enum CodingKeys: String, CodingKey {
    case workspace
    case reviewer
    case revision
    case run
    case writer
  }
}

/// How many pairs ended where, and what was run.
struct SummaryAnswer: Encodable, Sendable {
  /// Pairs by role, stage, and where they stand after reviews.
  struct Count: Encodable, Sendable {
    let role: PairRole
    let stage: String
    let status: PairStatus
    let reason: PairReason?
    var pairs: Int

    enum CodingKeys: String, CodingKey {
      case role
      case stage
      case status
      case reason
      case explanation
      case pairs
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(role, forKey: .role)
      try container.encode(stage, forKey: .stage)
      try container.encode(status, forKey: .status)
      try container.encodeIfPresent(reason, forKey: .reason)
      try container.encodeIfPresent(reason?.explanation, forKey: .explanation)
      try container.encode(pairs, forKey: .pairs)
    }
  }

  struct Run: Encodable, Sendable {
    let run: RunRecord

    enum CodingKeys: String, CodingKey {
      case id = "run_id"
      case command
      case startedAt = "started_at"
      case endedAt = "ended_at"
      case counts
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(run.id, forKey: .id)
      try container.encode(run.command, forKey: .command)
      try container.encode(run.startedAt, forKey: .startedAt)
      try container.encodeIfPresent(run.endedAt, forKey: .endedAt)
      try container.encode(run.counts, forKey: .counts)
    }
  }

  let counts: [Count]
  let reviewed: Int
  let runs: [Run]

  enum CodingKeys: String, CodingKey {
    case counts
    case reviewed
    case runs
  }
}

extension Records {
  /// Which state the workspace is in, for the cost of a few rows.
  func state() throws -> StateAnswer {
    let runs = try audit.runs()
    let shown = try audit.publishedRule()?.run ?? 0
    let model = try audit.publishedModel()?.id ?? 0
    let ended = runs.filter { $0.endedAt != nil }.count
    let last = runs.last?.id
    return StateAnswer(
      workspace: configuration.name, reviewer: configuration.reviewer,
      revision: "\(last ?? 0)-\(ended)-\(model)-\(shown)", run: last,
      writer: configuration.writer())
  }

  /// Where all pairs ended.
  func summary() throws -> SummaryAnswer {
    try index.refreshIfNeeded()
    let all = try index.counts()
    var counts: [SummaryAnswer.Count] = []
    var places: [String: Int] = [:]
    for count in all {
      let key = [
        count.role.rawValue, count.stage, count.finalStatus.rawValue,
        count.finalReason?.rawValue ?? "",
      ].joined(separator: " ")
      if let place = places[key] {
        counts[place].pairs += count.pairs
      } else {
        places[key] = counts.count
        counts.append(
          SummaryAnswer.Count(
            role: count.role, stage: count.stage, status: count.finalStatus,
            reason: count.finalReason, pairs: count.pairs))
      }
    }
    return SummaryAnswer(
      counts: counts, reviewed: all.filter(\.isReviewed).reduce(0) { $0 + $1.pairs },
      runs: try audit.runs().map(SummaryAnswer.Run.init))
  }
}

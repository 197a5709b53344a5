import Pairs

/// Everything that happened to one pair.
public struct PairHistory: Sendable, Equatable, Encodable {
  /// A run that did something to the pair or its picture.
  public struct Step: Sendable, Equatable, Encodable {
    /// The run's number.
    public let run: Int64
    /// The stage's name.
    public let command: String
    /// The version of the program.
    public let programVersion: String
    /// When it began, ISO 8601 in UTC.
    public let startedAt: String
    /// When it ended; nil while it goes on and after a kill.
    public let endedAt: String?

    enum CodingKeys: String, CodingKey {
      case run = "run_id"
      case command = "command"
      case programVersion = "program_version"
      case startedAt = "started_at"
      case endedAt = "ended_at"
    }
  }

  /// What came of the pair's URL.
  public struct Fetch: Sendable, Equatable, Encodable {
    /// The run that asked for it, or brought what it gave.
    public let run: Int64
    /// Why there is no picture; nil where there is.
    public let reason: PairReason?
    /// What exactly happened.
    public let detail: String?
    /// The HTTP status of the last answer.
    public let httpStatus: Int?
    /// Where the last redirect led.
    public let finalURL: String?
    /// What the server said it sent.
    public let contentType: String?
    /// Bytes stored.
    public let bytes: Int?
    /// Seconds of all tries.
    public let seconds: Double
    /// How often it was asked for.
    public let tries: Int
    /// When, ISO 8601 in UTC.
    public let fetchedAt: String

    enum CodingKeys: String, CodingKey {
      case run = "run_id"
      case reason = "reason"
      case detail = "detail"
      case httpStatus = "http_status"
      case finalURL = "final_url"
      case contentType = "content_type"
      case bytes = "bytes"
      case seconds = "seconds"
      case tries = "tries"
      case fetchedAt = "fetched_at"
    }
  }

  /// What one model says of it.
  public struct Score: Sendable, Equatable, Encodable {
    /// The run that scored it.
    public let run: Int64
    /// The model's name.
    public let model: String
    /// Network A's similarity.
    public let similarityA: Double
    /// Network B's similarity; nil for a model of one network.
    public let similarityB: Double?
    /// The mean of both.
    public let similarity: Double
    /// Whether it is the score that is shown.
    public let isShown: Bool

    enum CodingKeys: String, CodingKey {
      case run = "run_id"
      case model = "model_id"
      case similarityA = "similarity_a"
      case similarityB = "similarity_b"
      case similarity = "similarity"
      case isShown = "shown"
    }
  }

  /// What one run decided.
  public struct Decision: Sendable, Equatable, Encodable {
    /// The run.
    public let run: Int64
    /// When it ended, or began while it goes on, ISO 8601 in UTC.
    public let decidedAt: String
    /// The model whose scores it decided on.
    public let model: String
    /// The rule's name.
    public let rule: String
    /// What a pair had to exceed.
    public let threshold: Double
    /// Kept or rejected.
    public let isKept: Bool
    /// Why.
    public let reason: PairReason
    /// What a reader should know beside the reason.
    public let detail: String?
    /// The probability that the pair matches.
    public let cleanProbability: Double?
    /// Whether it is the decision that is shown.
    public let isShown: Bool

    enum CodingKeys: String, CodingKey {
      case run = "run_id"
      case decidedAt = "decided_at"
      case model = "model_id"
      case rule = "rule"
      case threshold = "threshold"
      case isKept = "kept"
      case reason = "reason"
      case detail = "detail"
      case cleanProbability = "clean_probability"
      case isShown = "shown"
    }
  }

  /// The runs that did something to the pair, in order.
  public let steps: [Step]
  /// What came of its URL; nil where nobody asked for it.
  public let fetch: Fetch?
  /// What each model says of it, in the order of the runs.
  public let scores: [Score]
  /// What each run decided, oldest first.
  public let decisions: [Decision]
  /// What people said of it, oldest first.
  public let reviews: [Review]

  enum CodingKeys: String, CodingKey {
    case steps = "steps"
    case fetch = "fetch"
    case scores = "scores"
    case decisions = "decisions"
    case reviews = "reviews"
  }
}

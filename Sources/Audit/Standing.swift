/// Where all pairs, URLs and images of a workspace stand.
public struct Standing: Codable, Sendable, Equatable {
  /// Pairs by role, status and reason, sorted by these.
  public let pairs: [StatusCount]
  /// URLs, and what came of them.
  public let urls: FetchProgress
  /// Images whose bytes are here, and how many of them were looked at.
  public let images: ImageProgress

  enum CodingKeys: String, CodingKey {
    case pairs = "pairs"
    case urls = "urls"
    case images = "images"
  }
}

/// How many images there are to look at, and how many were.
public struct ImageProgress: Codable, Sendable, Equatable {
  /// Image locations whose bytes are here.
  public let total: Int
  /// How many of them were looked at.
  public let done: Int

  enum CodingKeys: String, CodingKey {
    case total = "total"
    case done = "done"
  }
}

/// A standing that was counted and kept.
public struct KeptStanding: Sendable, Equatable {
  /// What was counted.
  public let standing: Standing
  /// Whether nothing has changed since.
  public let isCurrent: Bool
  /// When it was counted.
  public let countedAt: String
}

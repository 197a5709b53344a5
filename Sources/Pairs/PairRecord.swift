import Foundation

/// One pair as a line of a JSONL export. Absent values are left out, never written as null.
public struct PairRecord: Codable, Hashable, Sendable {
  /// The pair's key with its repeat number.
  public var key: PairKey
  /// The caption as it stands in the manifest.
  public var caption: String
  /// The image URL as it stands in the manifest.
  public var url: String
  /// The manifest the pair came from.
  public var source: String?
  /// The line in `source`, from 1.
  public var line: Int?
  /// What the pair is for.
  public var role: PairRole
  /// Where the pair stands.
  public var status: PairStatus
  /// Why it stands there.
  public var reason: PairReason?
  /// What exactly was found.
  public var detail: String?
  /// The image content's SHA-256, 64 hexadecimal digits.
  public var imageSHA256: String?
  /// The image's width in pixels.
  public var width: Int?
  /// The image's height in pixels.
  public var height: Int?
  /// Network A's similarity, in 0…1.
  public var similarityA: Double?
  /// Network B's similarity, in 0…1.
  public var similarityB: Double?
  /// The mean similarity of both networks, in 0…1.
  public var similarity: Double?
  /// The posterior of the clean component, in 0…1.
  public var cleanProbability: Double?
  /// What a reviewer said, `kept` or `rejected`; `status` and `reason` follow it.
  public var verdict: PairStatus?
  /// What the reviewer noted.
  public var note: String?
  /// Who reviewed the pair.
  public var reviewer: String?
  /// When, in ISO 8601.
  public var reviewedAt: String?

  enum CodingKeys: String, CodingKey {
    case key = "key"
    case caption = "caption"
    case url = "url"
    case source = "source"
    case line = "line"
    case role = "role"
    case status = "status"
    case reason = "reason"
    case detail = "detail"
    case imageSHA256 = "image_sha256"
    case width = "width"
    case height = "height"
    case similarityA = "similarity_a"
    case similarityB = "similarity_b"
    case similarity = "similarity"
    case cleanProbability = "clean_probability"
    case verdict = "verdict"
    case note = "note"
    case reviewer = "reviewer"
    case reviewedAt = "reviewed_at"
  }

  /// A record of what every pair has; the rest is set afterwards.
  public init(key: PairKey, caption: String, url: String, role: PairRole, status: PairStatus) {
    self.key = key
    self.caption = caption
    self.url = url
    self.role = role
    self.status = status
  }

  /// The record as one JSON object, keys in alphabetical order, and a line feed.
  ///
  /// - Throws: `PairsError.invalidArgument` for a similarity or probability that is not finite.
  public func jsonLine() throws(PairsError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try Array(encoder.encode(self)) + [0x0A]
    } catch {
      throw .invalidArgument(
        name: "a score of pair \(key)", value: "not a number", allowed: "finite")
    }
  }
}

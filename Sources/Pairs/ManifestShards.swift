/// Some of the shards that a manifest is split into: `7/64` is shard 7 of 64, counted from 0;
/// `0-2,9/64` are four of them.
///
/// A line's shard is its key's alone, so it is the same in every copy of the manifest, and repeats
/// of a pair share one.
public struct ManifestShards: Hashable, Sendable {
  /// Into how many shards the manifest is split.
  public let count: Int
  /// Which of them, rising; at least one.
  public let indices: [Int]

  /// The most shards of a manifest.
  public static let mostShards = 65_536

  /// Shards of their numbers, from 0; nil for none, for one that there is not, or for more than
  /// `mostShards`.
  public init?(_ indices: some Sequence<Int>, of count: Int) {
    let sorted = Set(indices).sorted()
    guard (1...Self.mostShards).contains(count), let first = sorted.first, first >= 0,
      let last = sorted.last, last < count
    else { return nil }
    self.count = count
    self.indices = sorted
  }

  /// Whether these are all shards, and so the whole manifest.
  public var isWhole: Bool { indices.count == count }

  /// Whether a line with this key belongs to them.
  public func holds(_ key: PairKey) -> Bool {
    let shard = key.shard(of: count)
    return indices.count == 1 ? indices[0] == shard : indices.contains(shard)
  }
}

extension ManifestShards: LosslessStringConvertible {
  /// Reads `7/64` or `0-2,9/64`; nil for anything else.
  public init?(_ description: String) {
    let parts = description.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = Self.number(parts[1]), count <= Self.mostShards else {
      return nil
    }
    var indices: [Int] = []
    for range in parts[0].split(separator: ",", omittingEmptySubsequences: false) {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
      guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last,
        last < count
      else { return nil }
      indices += first...last
      guard indices.count <= count else { return nil }
    }
    self.init(indices, of: count)
  }

  /// As it is read.
  public var description: String {
    var ranges: [ClosedRange<Int>] = []
    for index in indices {
      if let last = ranges.last, last.upperBound == index - 1 {
        ranges[ranges.count - 1] = last.lowerBound...index
      } else {
        ranges.append(index...index)
      }
    }
    let text = ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return text.joined(separator: ",") + "/\(count)"
  }

  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}

extension ManifestShards: Codable {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let shards = ManifestShards(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "\"\(text)\" is no shard such as 7/64, the eighth of 64")
    }
    self = shards
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

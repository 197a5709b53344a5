/// What two shards contradict each other in.
public struct MergeConflict: Sendable, Equatable, CustomStringConvertible {
  /// What differs, such as `the model`.
  public let what: String
  /// One shard's workspace and what it has.
  public let first: Side
  /// The other one's.
  public let second: Side

  /// A shard and its value.
  public struct Side: Sendable, Equatable {
    /// The workspace's path.
    public let shard: String
    /// What it has.
    public let value: String

    /// A value of its parts.
    public init(_ shard: String, _ value: String) {
      self.shard = shard
      self.value = value
    }
  }

  /// A conflict of its parts.
  public init(_ what: String, _ first: Side, _ second: Side) {
    self.what = what
    self.first = first
    self.second = second
  }

  /// Refuses what not all shards have alike.
  ///
  /// - Parameter values: What each shard has; nil where it has none, which agrees with all.
  /// - Returns: What they have; nil when none has any.
  /// - Throws: `AuditError.shardsDiffer` naming the first two that differ.
  @discardableResult
  public static func requireSame<Value: Equatable>(
    _ what: String, _ values: [(shard: String, value: Value?)],
    text: (Value) -> String = { "\($0)" }
  ) throws(AuditError) -> Value? {
    var known: (shard: String, value: Value)?
    for (shard, value) in values {
      guard let value else { continue }
      guard let first = known else {
        known = (shard, value)
        continue
      }
      guard first.value == value else {
        throw .shardsDiffer(
          MergeConflict(
            what, Side(first.shard, text(first.value)), Side(shard, text(value))))
      }
    }
    return known?.value
  }

  /// What differs, and how.
  public var description: String {
    "cannot be united: \(what) differs: \(first.shard) has \(first.value), \(second.shard) has "
      + "\(second.value)"
  }
}

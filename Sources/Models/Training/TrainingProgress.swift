/// Where a running epoch is.
public struct TrainingProgress: Sendable {
  /// The running epoch, from 1.
  public let epoch: Int
  /// Epochs of the whole run.
  public let epochs: Int
  /// What the epoch is for.
  public let phase: EpochRecord.Phase
  /// `A` or `B`.
  public let network: String
  /// The batch just done, from 1.
  public let batch: Int
  /// Batches of this network in this epoch.
  public let batches: Int
  /// Of the batch just done.
  public let loss: Double
  /// Share of pairs that the other network kept; nil in warm-up.
  public let keptShare: Double?
}

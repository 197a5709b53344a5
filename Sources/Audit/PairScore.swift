/// The similarities of one pair by one model.
public struct PairScore: Sendable, Equatable {
  /// The pair's number.
  public let pairID: Int64
  /// Network A's similarity, in [0, 1].
  public let similarityA: Double
  /// Network B's similarity, in [0, 1]; nil for a model of one network.
  public let similarityB: Double?
  /// What is decided on: the mean of both, or A's alone.
  public let similarity: Double

  /// A score of the networks' similarities; `similarity` is their mean.
  public init(pairID: Int64, similarityA: Double, similarityB: Double?) {
    self.pairID = pairID
    self.similarityA = similarityA
    self.similarityB = similarityB
    similarity = similarityB.map { (similarityA + $0) / 2 } ?? similarityA
  }
}

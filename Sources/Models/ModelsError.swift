/// What can go wrong in training and scoring.
public enum ModelsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Training needs trusted pairs and has too few.
  case tooFewTrustedPairs(found: Int, needed: Int)
  /// Training needs harvested pairs with features and has too few.
  case tooFewHarvestedPairs(found: Int, needed: Int)
  /// A loss or a gradient is no longer a finite number.
  case diverged(network: String, epoch: Int, batch: Int?, detail: String)
  /// A stored training state does not belong to this run.
  case foreignState(detail: String)

  /// What failed, and what to do.
  public var description: String {
    switch self {
    case .tooFewTrustedPairs(let found, let needed):
      "training needs at least \(needed) trusted pairs and found \(found); add some with "
        + "`winnow-ingest --role meta` and featurize them, or review harvested pairs and give "
        + "--meta-from-reviews"
    case .tooFewHarvestedPairs(let found, let needed):
      "training needs at least \(needed) harvested pairs with features and found \(found); run "
        + "`winnow-ingest` and `winnow-featurize` first"
    case .diverged(let network, let epoch, let batch, let detail):
      "training diverged: network \(network), epoch \(epoch)\(batch.map { ", batch \($0)" } ?? ""): "
        + "\(detail); the last "
        + "finished epoch is kept; try a lower learning rate"
    case .foreignState(let detail):
      "the stored training state cannot be continued: \(detail); use `--restart` to discard it"
    }
  }
}

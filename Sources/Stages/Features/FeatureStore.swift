import Audit
import Foundation
import Synchronization
import Tensors

/// The image features of a workspace, read by address. Shards are mapped when first asked for and
/// stay so; what is held in memory beyond that is what is returned. Safe to share among threads.
public final class FeatureStore: Sendable {
  /// How the features were made.
  public let description: FeaturizerDescription
  private let workspace: Workspace
  private let shards = Mutex<[Int: FeatureShard]>([:])

  /// The store of a workspace in which images were featurized.
  ///
  /// - Throws: `StagesError.missing` naming `winnow-featurize` when none were, `.damaged` when it
  ///   cannot be told how.
  public init(of workspace: Workspace) throws {
    guard let description = try workspace.featurizerDescription() else {
      throw workspace.missing("no image was featurized yet", command: "winnow-featurize")
    }
    self.description = description
    self.workspace = workspace
  }

  /// Regions per image.
  public var regions: Int { description.regions }
  /// Numbers per region.
  public var dimension: Int { description.dimension }

  /// The features of images, in the order of their addresses; an address may come repeatedly.
  ///
  /// Neighbouring rows are read together: sorted addresses are fastest.
  ///
  /// - Returns: [addresses.count, regions, dimension].
  /// - Throws: `LayersError` or `StagesError.damaged`, naming the shard's file.
  public func features(at addresses: [FeatureAddress]) throws -> Tensor {
    var elements: [Float] = []
    elements.reserveCapacity(addresses.count * regions * dimension)
    var start = 0
    while start < addresses.count {
      let first = addresses[start]
      var end = start + 1
      while end < addresses.count, addresses[end].shard == first.shard,
        addresses[end].row == first.row + (end - start)
      {
        end += 1
      }
      let rows = first.row..<(first.row + (end - start))
      elements += try shard(first.shard).features(rows).elements
      start = end
    }
    return Tensor(elements, shape: [addresses.count, regions, dimension])
  }

  private func shard(_ number: Int) throws -> FeatureShard {
    try shards.withLock { shards in
      if let known = shards[number] { return known }
      let opened = try FeatureShard(at: workspace.shardPath(number), description)
      shards[number] = opened
      return opened
    }
  }
}

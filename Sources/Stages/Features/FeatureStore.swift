import Audit
import Foundation
import Synchronization
import Tensors

/// A file with the features of images in its rows.
protocol FeatureRows: Sendable {
  /// The features of some rows: [rows.count × regions × dimension].
  ///
  /// - Throws: an error that names the file when it has no such rows.
  func features(_ rows: Range<Int>) throws -> [Float]
}

/// The image features of a workspace, read by address: the shards that `winnow-featurize` wrote, or
/// precomputed arrays where they lie. Files are mapped when they are asked for and let go once half a
/// gigabyte was read, since the system counts every page that was touched as the program's memory;
/// what is held beyond that is what is returned. Safe to share among threads.
public final class FeatureStore: Sendable {
  private enum Origin {
    case featurized(FeaturizerDescription)
    case precomputed(PrecomputedDescription)
  }

  private let origin: Origin
  private let workspace: Workspace
  private let files = Mutex(Files())

  /// The files that are mapped, and how much was read from them.
  private struct Files {
    var mapped: [Int: any FeatureRows] = [:]
    var floatsRead = 0
    /// Shards whose checksum was found right: once for each store.
    var verified: Set<Int> = []

    mutating func letGo() {
      mapped = [:]
      floatsRead = 0
    }
  }

  /// Numbers read before files are let go.
  private let floatsBetweenRemapping: Int

  /// The store of a workspace in which images were featurized.
  ///
  /// - Throws: `StagesError.missing` naming `winnow-featurize` when none were, `.damaged` when it
  ///   cannot be told how.
  public convenience init(of workspace: Workspace) throws {
    try self.init(of: workspace, floatsBetweenRemapping: 1 << 27)
  }

  init(of workspace: Workspace, floatsBetweenRemapping: Int) throws {
    if let description = try workspace.precomputedDescription() {
      origin = .precomputed(description)
    } else if let description = try workspace.featurizerDescription() {
      origin = .featurized(description)
    } else {
      throw workspace.missing("no image was featurized yet", command: "winnow-featurize")
    }
    self.workspace = workspace
    self.floatsBetweenRemapping = floatsBetweenRemapping
  }

  /// The store of a workspace whose features are made as a description says, whether or not any is
  /// stored yet.
  init(of workspace: Workspace, madeAs description: FeaturizerDescription) {
    origin = .featurized(description)
    self.workspace = workspace
    floatsBetweenRemapping = 1 << 27
  }

  /// The shards that are mapped at the moment.
  var mappedShards: Set<Int> { files.withLock { Set($0.mapped.keys) } }

  /// How the features were made; nil when they came precomputed.
  public var description: FeaturizerDescription? {
    if case .featurized(let description) = origin { description } else { nil }
  }

  /// One line that names whatever decides the features' bits.
  public var fingerprint: String {
    switch origin {
    case .featurized(let description): description.fingerprint
    case .precomputed(let description): description.fingerprint
    }
  }

  /// Regions per image.
  public var regions: Int {
    switch origin {
    case .featurized(let description): description.regions
    case .precomputed(let description): description.regions
    }
  }

  /// Numbers per region.
  public var dimension: Int {
    switch origin {
    case .featurized(let description): description.dimension
    case .precomputed(let description): description.dimension
    }
  }

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
      elements += try file(first.shard, reading: rows.count * regions * dimension).features(rows)
      start = end
    }
    return Tensor(elements, shape: [addresses.count, regions, dimension])
  }

  private func file(_ number: Int, reading floats: Int) throws -> any FeatureRows {
    try files.withLock { files in
      files.floatsRead += floats
      if files.floatsRead > floatsBetweenRemapping { files.letGo() }
      if let known = files.mapped[number] { return known }
      let opened: any FeatureRows
      switch origin {
      case .featurized(let description):
        let shard = try FeatureShard(
          at: workspace.shardPath(number), number: number, description)
        if !files.verified.contains(number) {
          try shard.verify()
          files.verified.insert(number)
          // All of its pages were touched.
          files.floatsRead += shard.count * regions * dimension
        }
        opened = shard
      case .precomputed(let description):
        opened = try description.array(ofShard: number, in: workspace)
      }
      files.mapped[number] = opened
      return opened
    }
  }
}

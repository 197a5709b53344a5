import Layers

/// What the features of one image are: the same for all images of a workspace.
struct FeatureSizes: Equatable, Sendable {
  /// Regions per image.
  let regions: Int
  /// Numbers per region.
  let dimension: Int

  /// Why an array of these sizes does not go with the workspace's; nil when it does.
  func conflict(with workspace: FeatureSizes?) -> String? {
    guard let workspace, workspace != self else { return nil }
    return "has \(regions) regions of \(dimension) numbers, but the other arrays of the "
      + "workspace have \(workspace.regions) of \(workspace.dimension)"
  }
}

extension NumPyFile {
  var sizes: FeatureSizes { FeatureSizes(regions: regions, dimension: dimension) }
}

import Pairs

/// What the next file to ingest must be like: as the workspace is, and as the files before it are.
struct IngestExpectation {
  private let workspace: Workspace
  private var kind: ImageKind?
  private var sizes: FeatureSizes?

  /// What a workspace asks of the first file.
  init(of workspace: Workspace) throws {
    self.workspace = workspace
    kind = try workspace.imageKind()
    sizes = try workspace.precomputedDescription()?.sizes
  }

  /// Refuses a file without any pair, one whose first pair is of another kind than the workspace's,
  /// and a folder's array of other sizes. Lines further down of another kind or size are failed
  /// rows, not errors: one bad line does not keep the others out.
  ///
  /// - Throws: `StagesError.file`, or `PairsError` for a file that cannot be read or has no pair.
  mutating func check(_ source: IngestSource) throws {
    if let found = try source.firstKind() {
      if let kind, kind != found {
        throw StagesError.file(
          path: source.path,
          problem: "names \(found.name), but the workspace \(workspace.path) has \(kind.name); use "
            + "another workspace")
      }
      kind = found
    }
    guard let array = source.array else { return }
    if let conflict = array.sizes.conflict(with: sizes) {
      throw StagesError.file(path: array.path, problem: "\(conflict); use another workspace")
    }
    sizes = array.sizes
  }
}

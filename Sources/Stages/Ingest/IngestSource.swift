import Audit
import Pairs

/// One file of pairs to ingest: a manifest, or the captions of precomputed features.
struct IngestSource {
  /// The file as given.
  let path: String
  let role: PairRole
  let columns: ColumnOrder
  let root: ImageRoot
  /// nil for a manifest.
  let captions: CaptionFile?
  /// The configuration that names this file alone, as its run stores it.
  let configuration: IngestConfiguration

  /// A reader at the file's beginning.
  func reader() throws(PairsError) -> TSVManifestReader {
    guard let captions else { return try TSVManifestReader(path: path, columns: columns) }
    return try TSVManifestReader(captions: captions)
  }

  /// What the audit database keeps of it. Hashes the file.
  func description() throws(PairsError) -> SourceDescription {
    SourceDescription(
      path: absolutePath(path), role: role, columns: columns, imageRoot: root.canonicalPath,
      sha256: try SHA256Digest(ofFileAt: path).description)
  }

  /// Refuses a file without any pair, and one whose first pair is of another kind than the
  /// workspace's: pictures and precomputed features do not go together.
  func check(in workspace: Workspace) throws {
    guard let row = try reader().firstValidRow(), let url = row.fields?.url else { return }
    let isPrecomputed =
      if case .precomputed = root.location(of: url) { true } else { false }
    let holdsPrecomputed = workspace.hasPrecomputedFeatures
    guard isPrecomputed != holdsPrecomputed, holdsPrecomputed || workspace.hasFeaturizedImages
    else { return }
    throw StagesError.file(
      path: path,
      problem: "names \(isPrecomputed ? "precomputed features" : "pictures"), but the workspace "
        + "\(workspace.path) has \(holdsPrecomputed ? "precomputed features" : "pictures"); use "
        + "another workspace")
  }
}

extension IngestConfiguration {
  /// The files to ingest, in order.
  func sources() throws -> [IngestSource] {
    switch format {
    case .tsv: try inputs.map(manifest)
    case .precomp: try inputs.flatMap(splits)
    }
  }

  private func manifest(_ input: String) throws(PairsError) -> IngestSource {
    let root =
      if let imageRoot {
        try ImageRoot(folder: imageRoot)
      } else {
        try ImageRoot(ofManifestAt: absolutePath(input))
      }
    var own = self
    own.inputs = [absolutePath(input)]
    own.role = role ?? .train
    return IngestSource(
      path: input, role: role ?? .train, columns: columns, root: root, captions: nil,
      configuration: own)
  }

  private func splits(of input: String) throws -> [IngestSource] {
    let root = try ImageRoot(folder: absolutePath(input))
    let folder = PrecomputedFolder(path: absolutePath(input))
    let present = try folder.splits()
    return try (splits ?? present).map { split in
      let captions = try folder.captions(of: split)
      var own = self
      own.inputs = [folder.path]
      own.splits = [split]
      return IngestSource(
        path: captions.path, role: split, columns: .captionURL, root: root, captions: captions,
        configuration: own)
    }
  }
}

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
  /// The sizes and path of the captions' array; nil for a manifest.
  let array: PrecomputedFolder.Array?
  /// The configuration that names this file alone, as its run stores it.
  let configuration: IngestConfiguration
  /// Which lines are wanted; nil for all of them.
  let shards: ManifestShards?
  /// Pictures with their captions; nil for a manifest.
  var shard: SampleShard?

  /// A reader at the file's beginning. It numbers no repeats: the database does, whose memory does not
  /// grow with the lines.
  func reader() throws(PairsError) -> TSVManifestReader {
    guard let captions else {
      return try TSVManifestReader(path: path, columns: columns, numbersRepeats: false)
    }
    return try TSVManifestReader(captions: captions, numbersRepeats: false)
  }

  /// What the audit database keeps of it. Hashes the file.
  func description() throws(PairsError) -> SourceDescription {
    let digest: SHA256Digest
    if let shard {
      digest = try shard.digest()
    } else {
      digest = try SHA256Digest(ofFileAt: path)
    }
    return SourceDescription(
      path: absolutePath(path), role: role, columns: columns, imageRoot: root.canonicalPath,
      sha256: Self.identity(of: digest, captionsPerImage: captions?.captionsPerImage),
      shards: shards)
  }

  /// Refuses captions of the same bytes that would now go to other rows of their array.
  ///
  /// - Throws: `StagesError.file`, `PairsError` when the captions cannot be read.
  func checkLayout(agreesWith stored: SourceDescription) throws {
    guard let captions else { return }
    let digest = try SHA256Digest(ofFileAt: path)
    for before in PrecomputedFolder.layouts where before != captions.captionsPerImage {
      guard stored.sha256 == Self.identity(of: digest, captionsPerImage: before) else { continue }
      throw StagesError.file(
        path: path,
        problem: "was ingested with captions per image of \(captions.array): \(before), now they "
          + "are \(captions.captionsPerImage); put the former array back, or give --restart to "
          + "ingest the captions anew")
    }
  }

  /// The hash of a manifest, or that of a file of captions together with how they go to rows: the
  /// array decides that, and it is not hashed.
  private static func identity(of digest: SHA256Digest, captionsPerImage: Int?) -> String {
    guard let captionsPerImage else { return digest.description }
    return SHA256Digest(of: "\(digest) \(captionsPerImage) captions an image".utf8).description
  }

  /// The first line that is a pair with an image's location, and what it names; nil when all
  /// locations are refused.
  ///
  /// - Throws: `PairsError.noValidRow` for a manifest without any pair, `StagesError.file` for a shard
  ///   that is none.
  func firstKind() throws -> ImageKind? {
    if let shard {
      try shard.checkBeginning()
      return .pictures
    }
    let reader = try reader()
    while let row = try reader.next() {
      guard row.isValid, let url = row.fields?.url else { continue }
      if let kind = root.location(of: url).kind { return kind }
    }
    try reader.requireValidRow()
    return nil
  }
}

extension IngestConfiguration {
  /// The files to ingest, in order.
  func sources() throws -> [IngestSource] {
    switch format {
    case .tsv: try inputs.map(manifest)
    case .precomp: try inputs.flatMap(splits)
    case .img2dataset: try inputs.flatMap(SampleShard.shards(inImg2datasetFolder:)).map(shard)
    case .webdataset: try inputs.flatMap(SampleShard.archives(matching:)).map(shard)
    }
  }

  private func shard(_ shard: SampleShard) throws(PairsError) -> IngestSource {
    var own = self
    own.inputs = [shard.path]
    own.role = role ?? .train
    own.shard = shards(of: own.role)
    return IngestSource(
      path: shard.path, role: role ?? .train, columns: .captionURL,
      root: try ImageRoot(ofManifestAt: shard.path), captions: nil, array: nil,
      configuration: own, shards: own.shard, shard: shard)
  }

  /// Trusted pairs are few and every shard needs them: their files are not split.
  private func shards(of role: PairRole?) -> ManifestShards? { role == .train ? shard : nil }

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
    own.shard = shards(of: own.role)
    return IngestSource(
      path: input, role: role ?? .train, columns: columns, root: root, captions: nil,
      array: nil, configuration: own, shards: own.shard)
  }

  private func splits(of input: String) throws -> [IngestSource] {
    let root = try ImageRoot(folder: absolutePath(input))
    let folder = PrecomputedFolder(path: absolutePath(input))
    let present = try folder.splits()
    return try (splits ?? present).map { split in
      let (captions, array) = try folder.contents(of: split)
      var own = self
      own.inputs = [folder.path]
      own.splits = [split]
      own.shard = shards(of: split)
      return IngestSource(
        path: captions.path, role: split, columns: .captionURL, root: root, captions: captions,
        array: array, configuration: own, shards: own.shard)
    }
  }
}

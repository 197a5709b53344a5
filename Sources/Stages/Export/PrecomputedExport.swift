import Audit
import Layers
import Pairs

/// Writes a folder of region features as SCAN's code and its descendants read it: for each role
/// `ROLE_ims.npy`, `ROLE_caps.txt` with a caption a line, and `ROLE_keys.txt` with the pair's key on
/// the same line.
struct PrecomputedExport {
  static let fileNames = Set(
    PairRole.allCases.flatMap { role in
      ["ims.npy", "caps.txt", "keys.txt"].map { "\(role.rawValue)_\($0)" }
    })
  let folder: ExportFolder
  let features: FeatureStore
  let leftOut: LeftOutPairs
  /// Captions written so far.
  private(set) var captions = 0

  init(in folder: ExportFolder, features: FeatureStore) {
    self.folder = folder
    self.features = features
    leftOut = LeftOutPairs(in: folder)
  }

  /// The bytes of arrays with so many rows.
  func byteCount(rows: Int) -> Int64 { Int64(rows * features.regions * features.dimension * 4) }

  /// Writes the pairs of a role.
  ///
  /// - Parameter layout: what was found when the same pairs were counted.
  /// - Throws: `StagesError.damaged` when they are not the same ones any more.
  mutating func write(
    _ role: PairRole, _ layout: CaptionLayout, _ rows: ExportRows, advance: (Int) -> Void
  ) throws {
    let array = FeatureArrayWriter(try folder.file("\(role.rawValue)_ims.npy"), features)
    try array.begin(rows: layout.rows)
    let captionFile = try folder.file("\(role.rawValue)_caps.txt")
    let keyFile = try folder.file("\(role.rawValue)_keys.txt")
    var written = CaptionLayout()
    try rows.forEachPage { page in
      for row in page {
        guard let place = row.features else {
          try leave(row)
          continue
        }
        if written.captions.isMultiple(of: layout.captionsPerRow) {
          try array.add(place.address)
        }
        written.add(place.imageID)
        try captionFile.write(CaptionFile.line(of: row.caption ?? ""))
        try keyFile.write(Array("\(row.key)\n".utf8))
      }
      advance(page.count)
    }
    try array.finish()
    guard written == layout else {
      throw StagesError.damaged(
        path: rows.database.path,
        problem: "the pairs were changed while they were exported; run winnow-export again")
    }
    for file in [array.file, captionFile, keyFile] { try folder.keep(file) }
    captions += layout.captions
  }

  /// Adds what was left out to the export.
  func finish() throws { try leftOut.finish(exported: captions) }

  /// Names a pair without features.
  private func leave(_ row: ExportRow) throws {
    if row.status == .failed, let reason = row.reason {
      try leftOut.add(row, reason.rawValue, row.detail ?? "the pair failed")
    } else if row.reason == .notFetched {
      try leftOut.add(row, RowFailure(.notFetched, "the image is on the web and was not fetched"))
    } else {
      try leftOut.add(
        row, LeftOutPairs.unfeaturized, "its image has no features; run winnow-featurize")
    }
  }
}

/// Writes the features of images as an array, some at a time.
private final class FeatureArrayWriter {
  let file: HashedFile
  private let features: FeatureStore
  private var addresses: [FeatureAddress] = []
  private let most: Int

  init(_ file: HashedFile, _ features: FeatureStore) {
    self.file = file
    self.features = features
    // 16 MB at a time, but at least one image.
    most = max(1, (1 << 22) / (features.regions * features.dimension))
  }

  func begin(rows: Int) throws {
    try file.write(NumPyFile.header(shape: [rows, features.regions, features.dimension]))
  }

  func add(_ address: FeatureAddress) throws {
    addresses.append(address)
    if addresses.count == most { try finish() }
  }

  func finish() throws {
    let elements = try features.features(at: addresses).elements
    addresses = []
    let bytes = elements.withUnsafeBytes { Array($0) }
    try file.write(bytes)
  }
}

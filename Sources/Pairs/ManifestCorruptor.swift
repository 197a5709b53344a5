import Foundation

/// Makes a noisy manifest, its truth and the trusted manifests from a clean manifest.
///
/// Every output keeps the order of the images in the input; captions move between lines. Lines that
/// are not pairs go to the noisy manifest as they are. Holds a few dozen bytes for each line, not
/// the lines themselves: the manifest is read twice.
public struct ManifestCorruptor {
  /// Where the results go.
  public struct Outputs: Hashable, Sendable {
    /// The harvested pairs, some with others' captions.
    public var noisy: String
    /// Which of them still match.
    public var truth: String
    /// The trusted pairs; needed with a meta share, and only then.
    public var meta: String?
    /// The dev pairs; needed with a dev share, and only then.
    public var dev: String?

    /// Paths of the files to write.
    public init(noisy: String, truth: String, meta: String? = nil, dev: String? = nil) {
      self.noisy = noisy
      self.truth = truth
      self.meta = meta
      self.dev = dev
    }
  }

  /// How many lines went where.
  public struct Summary: Codable, Hashable, Sendable {
    /// Lines of the noisy manifest that kept their caption.
    public var clean = 0
    /// Lines of the noisy manifest that got another's caption.
    public var corrupted = 0
    /// Lines of the noisy manifest that are no pairs.
    public var malformed = 0
    /// Lines set aside as meta pairs.
    public var meta = 0
    /// Lines set aside as dev pairs.
    public var dev = 0

    enum CodingKeys: String, CodingKey {
      case clean = "clean"
      case corrupted = "corrupted"
      case malformed = "malformed"
      case meta = "meta"
      case dev = "dev"
    }
  }

  private let path: String
  private let columns: ColumnOrder
  private let captions: CaptionFile?

  /// A corruptor of the clean manifest at `path`.
  public init(path: String, columns: ColumnOrder = .captionURL) {
    self.path = path
    self.columns = columns
    captions = nil
  }

  /// A corruptor of the manifest that a file of captions for precomputed features stands for.
  public init(captions: CaptionFile) {
    path = captions.path
    columns = .captionURL
    self.captions = captions
  }

  private func reader() throws(PairsError) -> TSVManifestReader {
    guard let captions else { return try TSVManifestReader(path: path, columns: columns) }
    return try TSVManifestReader(captions: captions)
  }

  /// Writes all outputs; each appears only when complete, the truth last.
  ///
  /// - Throws: `PairsError`: a manifest that cannot be read or has no pair, settings out of range,
  ///   an output missing for a share or given without one, captions that cannot be reassigned, a
  ///   file that cannot be written.
  public func corrupt(
    with settings: CorruptionSettings, to outputs: Outputs
  ) throws(PairsError) -> Summary {
    try settings.validate()
    try Self.require(outputs.meta, for: settings.metaShare, named: "meta")
    try Self.require(outputs.dev, for: settings.devShare, named: "dev")
    try requireDistinct(outputs)
    var index = ManifestIndex()
    let reader = try reader()
    while let row = try reader.next() { index.add(row) }
    try reader.requireValidRow()
    let plan = try CorruptionPlan(lines: index.lines, settings: settings)
    return try write(plan, index: index, to: outputs)
  }

  private func write(
    _ plan: CorruptionPlan, index: ManifestIndex, to outputs: Outputs
  ) throws(PairsError) -> Summary {
    for path in [outputs.noisy, outputs.truth, outputs.meta, outputs.dev] {
      if let path { try AtomicFile.removeLeftovers(of: path) }
    }
    let noisy = try AtomicFile(path: outputs.noisy)
    let truth = try AtomicFile(path: outputs.truth)
    let meta = try Self.file(outputs.meta)
    let dev = try Self.file(outputs.dev)
    let clean = try ReadableFile(path: path)
    let reader = try reader()
    var keys = KeyNumbering()
    var summary = Summary()
    while let row = try reader.next() {
      let line = row.lineNumber - 1
      guard line < plan.fates.count else { throw changed() }
      switch plan.fates[line] {
      case .malformed:
        // Its key takes a number too, as it will when the noisy manifest is read.
        _ = keys.number(row.key)
        if row.fields == nil {
          try copy(row, from: clean, to: noisy)
        } else {
          try noisy.write(row.rawBytes + row.lineEnding.bytes)
        }
        summary.malformed += 1
      case .meta:
        try meta?.write(row.rawBytes + row.lineEnding.bytes)
        summary.meta += 1
      case .dev:
        try dev?.write(row.rawBytes + row.lineEnding.bytes)
        summary.dev += 1
      case .clean:
        try noisy.write(row.rawBytes + row.lineEnding.bytes)
        try truth.write(record(keys.number(row.key), isMatch: true, row))
        summary.clean += 1
      case .corrupted(let donor):
        guard let url = row.fields?.urlBytes else { throw changed() }
        let caption = try caption(ofLine: donor, at: index.extents[donor], in: clean)
        let key = keys.number(PairKey(url: url, caption: caption))
        try noisy.write(
          ManifestLine.bytes(
            caption: caption, url: url, columns: columns, ending: row.lineEnding))
        try truth.write(record(key, isMatch: false, row))
        summary.corrupted += 1
      }
    }
    guard reader.lineCount == plan.fates.count else { throw changed() }
    try meta?.commit()
    try dev?.commit()
    try noisy.commit()
    try truth.commit()
    return summary
  }

  private func record(_ key: PairKey, isMatch: Bool, _ row: ManifestRow) -> [UInt8] {
    Array(TruthRecord(key: key, isMatch: isMatch, originalLine: row.lineNumber).line.utf8)
  }

  /// The caption of a line, counted from 0, read again from the clean manifest.
  private func caption(
    ofLine index: Int, at extent: ManifestIndex.Extent, in file: ReadableFile
  ) throws(PairsError) -> [UInt8] {
    var line = [UInt8](repeating: 0, count: extent.byteCount)
    guard try file.read(into: &line, at: extent.byteOffset) == line.count else { throw changed() }
    if let captions {
      guard case .pair(let written) = captions.rewrite(line, number: index + 1) else {
        throw changed()
      }
      line = written
    }
    guard let tab = line.firstIndex(of: ManifestLineParser.tab)
    else { throw changed() }
    return Array(PairFields(line: line, tab: tab, columns: columns).captionBytes)
  }

  /// Passes a line on, in blocks when it is too long to be held.
  private func copy(
    _ row: ManifestRow, from file: ReadableFile, to output: AtomicFile
  ) throws(PairsError) {
    var block = [UInt8](repeating: 0, count: 64 << 10)
    var copied = 0
    while copied < row.byteCount {
      let count = try file.read(
        into: &block, count: row.byteCount - copied, at: row.byteOffset + Int64(copied))
      guard count > 0 else { throw changed() }
      // In a manifest a TAB would make two columns of what is no pair.
      let isManifest = captions == nil
      try output.write(
        isManifest
          ? block[..<count]
          : ArraySlice(block[..<count].map { $0 == ManifestLineParser.tab ? 0x20 : $0 }))
      copied += count
    }
    try output.write(row.lineEnding.bytes)
  }

  private func changed() -> PairsError {
    .cannotRead(path: path, problem: "changed while it was read; run again")
  }

  private func requireDistinct(_ outputs: Outputs) throws(PairsError) {
    var seen: Set<String> = [Self.resolved(path)]
    for output in [outputs.noisy, outputs.truth, outputs.meta, outputs.dev].compactMap({ $0 }) {
      guard seen.insert(Self.resolved(output)).inserted else {
        throw .invalidArgument(
          name: "an output", value: output, allowed: "neither the input nor another output")
      }
    }
  }

  /// The file that a path leads to, whatever dots and links are in it.
  private static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }

  private static func require(
    _ output: String?, for share: Double, named name: String
  ) throws(PairsError) {
    if share > 0, output == nil {
      throw .invalidArgument(
        name: "the \(name) output", value: "missing", allowed: "given with a \(name) share")
    }
    if share == 0, let output {
      throw .invalidArgument(
        name: "the \(name) output", value: output, allowed: "given only with a \(name) share")
    }
  }

  private static func file(_ path: String?) throws(PairsError) -> AtomicFile? {
    guard let path else { return nil }
    return try AtomicFile(path: path)
  }
}

/// Streams the pictures and captions of one shard, one row for each, good or bad.
///
/// A shard is a tar archive (webdataset) or a folder. Successive files of one key, which is the name
/// up to its first dot, are a sample: a picture, a caption in `.txt` or in a `.json` with
/// `caption`, which may have the picture's `url` too. Nothing is written by a name of the shard.
public final class SampleReader {
  /// The shard's path as given.
  public let path: String
  /// Rows read so far.
  public private(set) var lineCount = 0
  /// Rows read so far that are pairs.
  public private(set) var validRowCount = 0
  private var firstFailure: RowFailure?

  private let members: any SampleMembers
  /// What the shard is called in URLs of pictures that have none.
  private let shardName: String
  private let limits: ManifestLimits
  private let pictureBytes: Int
  private var parser: ManifestLineParser
  private var numbering = KeyNumbering()
  private var pending: SampleMember?
  private var seen: Set<String> = []
  /// Rows of the shard's table that have no sample; given out last.
  private var records: [SampleRecord]
  private var recordIndex = 0
  private var end: Int64 = 0
  /// A sample of more files is refused.
  private static let mostFiles = 64
  private var readsPictures = true

  /// The scheme of pictures that have no URL: `webdataset:SHARD/NAME`.
  public static let scheme = "webdataset"
  static let pictures = [
    "jpg", "jpeg", "png", "webp", "gif", "avif", "heic", "jxl", "bmp", "tif", "tiff",
  ]
  static let captions = ["txt", "text", "caption"]

  /// Opens a shard: a folder, or else a tar archive.
  ///
  /// - Parameters:
  ///   - records: All rows of the shard's table, in its order.
  ///   - pictureBytes: The most bytes a picture may have.
  /// - Throws: `PairsError.cannotRead`.
  public init(
    path: String, isFolder: Bool, records: [SampleRecord] = [],
    limits: ManifestLimits = ManifestLimits(), pictureBytes: Int = 64 << 20
  ) throws(PairsError) {
    self.path = path
    self.records = records
    self.limits = limits
    self.pictureBytes = pictureBytes
    shardName = path.split(separator: "/").last.map(String.init) ?? path
    parser = ManifestLineParser(columns: .captionURL, limits: limits)
    members = isFolder ? try FolderMembers(path: path) : try TarMembers(path: path)
  }

  /// The next row; nil after the last.
  ///
  /// - Parameter isSkipped: whether the row is only counted; its picture is not read then.
  /// - Throws: `PairsError.cannotRead` when the shard cannot be read on.
  public func next(isSkipped: Bool = false) throws(PairsError) -> SampleRow? {
    readsPictures = !isSkipped
    if let first = try nextMember() {
      if let refusal = refusal(of: first) {
        end = first.end
        return malformed(first.name, refusal, at: first.offset)
      }
      let key = first.keyAndExtension.key
      var sample = [first]
      while let more = try nextMember() {
        guard refusal(of: more) == nil, more.keyAndExtension.key == key else {
          pending = more
          break
        }
        guard sample.count < Self.mostFiles else {
          let detail = "\(shardName): \(key) has more than \(Self.mostFiles) files"
          end = more.end
          return malformed(more.name, RowFailure(.malformedRow, detail), at: first.offset)
        }
        sample.append(more)
      }
      return try row(of: sample, key: key)
    }
    while recordIndex < records.count {
      let record = records[recordIndex]
      recordIndex += 1
      if let key = record.key, seen.contains(key) { continue }
      return row(of: record)
    }
    return nil
  }

  /// A hash of the names and sizes of a folder's files.
  ///
  /// - Throws: `PairsError.cannotRead`.
  public static func listing(ofFolderAt path: String) throws(PairsError) -> SHA256Digest {
    let members = try FolderMembers(path: path)
    var hasher = SHA256Hasher()
    while let member = try members.next() {
      var size = Int64(0)
      if case .file(_, let range) = member.content { size = range.upperBound }
      hasher.update(member.name + Array("\0\(size)\0".utf8))
    }
    return hasher.finalize()
  }

  /// After the last row: throws unless some row was a pair.
  ///
  /// - Throws: `PairsError.noValidRow`.
  public func requireValidRow() throws(PairsError) {
    guard validRowCount == 0 else { return }
    throw .noValidRow(path: path, lines: lineCount, first: firstFailure)
  }

  private func nextMember() throws(PairsError) -> SampleMember? {
    guard let held = pending else { return try members.next() }
    pending = nil
    return held
  }

  private func refusal(of member: SampleMember) -> RowFailure? {
    if case .refused(let failure) = member.content {
      let name = member.name.isEmpty ? shardName : "\(shardName): \(member.text)"
      return RowFailure(failure.reason, "\(name): \(failure.detail)")
    }
    return member.nameRefusal.map { RowFailure($0.reason, "\(shardName): \($0.detail)") }
  }

  private func row(of sample: [SampleMember], key: String) throws(PairsError) -> SampleRow {
    let (start, end) = (sample[0].offset, sample[sample.count - 1].end)
    self.end = end
    var files: [String: SampleMember] = [:]
    for member in sample {
      let ending = member.keyAndExtension.ending
      guard files.updateValue(member, forKey: ending) == nil else {
        return malformed(
          member.name, RowFailure(.malformedRow, "\(shardName): \(member.text) is there twice"),
          at: start)
      }
    }
    guard seen.insert(key).inserted else {
      return malformed(
        sample[0].name, RowFailure(.malformedRow, "\(shardName): \(key) is there twice"), at: start)
    }
    var record: SampleRecord?
    if let file = files["json"] {
      record = SampleRecord(json: try text(of: file))
      guard record != nil else {
        let detail = "\(shardName): \(file.text) is no JSON object of at most \(textBytes) bytes"
        return malformed(file.name, RowFailure(.malformedRow, detail), at: start)
      }
    }
    var caption = record?.caption.map { Array($0.utf8) } ?? []
    if let file = Self.captions.compactMap({ files[$0] }).first { caption = try text(of: file) }
    let picture = Self.pictures.compactMap { files[$0] }.first
    // Only a URL of the web tells whose picture this is; others may be the same for many.
    let url =
      record?.url.flatMap(ImageLocation.remoteURL)
      ?? "\(Self.scheme):\(shardName)/\(picture?.text ?? key)"
    let bytes: Result<[UInt8], RowFailure.Thrown>
    if let picture {
      bytes = try content(of: picture)
    } else {
      let detail = "\(shardName): \(key) has no picture"
      let failure = record?.failure?.failure ?? RowFailure(.missingImage, detail)
      bytes = .failure(RowFailure.Thrown(failure: failure))
    }
    return row(
      caption: caption, url: Array(url.utf8), bytes, record?.failure?.httpStatus, at: start)
  }

  /// A row of the shard's table without a sample: it failed, or its files are gone.
  private func row(of record: SampleRecord) -> SampleRow {
    let gone = RowFailure(
      .missingImage, "\(shardName): the table's \(record.key ?? "row") is not in it")
    let failure = record.failure
    return row(
      caption: Array((record.caption ?? "").utf8), url: Array((record.url ?? "").utf8),
      .failure(RowFailure.Thrown(failure: failure?.failure ?? gone)), failure?.httpStatus, at: end)
  }

  private func content(
    of picture: SampleMember
  ) throws(PairsError) -> Result<[UInt8], RowFailure.Thrown> {
    guard case .file(let file, let range) = picture.content else { return .success([]) }
    guard range.count <= pictureBytes else {
      let failure = RowFailure(.tooLarge, "\(range.count) bytes, the limit is \(pictureBytes)")
      return .failure(RowFailure.Thrown(failure: failure))
    }
    return .success(readsPictures ? try file.bytes(in: range) : [])
  }

  /// The bytes of a small file; of a longer one so many that every limit is passed.
  private func text(of member: SampleMember) throws(PairsError) -> [UInt8] {
    guard case .file(let file, let range) = member.content else { return [] }
    let limit = Int64(textBytes)
    return try file.bytes(in: range.lowerBound..<min(range.upperBound, range.lowerBound + limit))
  }

  /// The most bytes that are read of a caption or a record.
  private var textBytes: Int { limits.captionBytes + limits.urlBytes + 65536 }

  /// Line breaks and TABs, which a manifest has no place for, become spaces.
  private static func flattened(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    return bytes.map { $0 == 0x09 || $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
  }

  private func row(
    caption: [UInt8], url: [UInt8], _ picture: Result<[UInt8], RowFailure.Thrown>,
    _ httpStatus: Int?, at offset: Int64
  ) -> SampleRow {
    let line = Self.flattened(caption) + [ManifestLineParser.tab] + Self.flattened(url)
    let outcome = parser.parse(line)
    let row = makeRow(outcome, line, at: offset)
    return SampleRow(
      row: row, picture: row.failure == nil ? picture : nil, httpStatus: httpStatus)
  }

  private func malformed(_ name: [UInt8], _ failure: RowFailure, at offset: Int64) -> SampleRow {
    let line = name.isEmpty ? Array(shardName.utf8) : name
    let outcome = ManifestLineParser.Outcome(key: PairKey(malformedLine: line), failure: failure)
    return SampleRow(row: makeRow(outcome, line, at: offset), picture: nil, httpStatus: nil)
  }

  private func makeRow(
    _ outcome: ManifestLineParser.Outcome, _ line: [UInt8], at offset: Int64
  ) -> ManifestRow {
    lineCount += 1
    if let failure = outcome.failure {
      firstFailure = firstFailure ?? failure
    } else {
      validRowCount += 1
    }
    return ManifestRow(
      lineNumber: lineCount, byteOffset: offset, byteCount: Int(max(0, end - offset)),
      rawBytes: line, lineEnding: .lf, key: numbering.number(outcome.key), fields: outcome.fields,
      failure: outcome.failure, isRewritten: true)
  }
}

import Foundation
import Glibc
import Pairs

/// One archive or folder of pictures with their captions.
struct SampleShard {
  /// Its absolute path.
  let path: String
  /// Whether it is a folder of files; else it is a tar archive.
  let isFolder: Bool
  /// img2dataset's table of all rows of the shard, failed ones included; nil where there is none.
  let table: String?

  /// The archives that a path names, which may hold `*`, `?` and `[…]`; in the order of their names.
  ///
  /// - Throws: `StagesError.file` when there is none.
  static func archives(matching pattern: String) throws(StagesError) -> [SampleShard] {
    var found = glob_t()
    defer { globfree(&found) }
    let path = absolutePath(pattern)
    guard glob(path, 0, nil, &found) == 0 else {
      throw .file(path: path, problem: "there is no such archive; quote a pattern such as '*.tar'")
    }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
      .map { SampleShard(path: $0, isFolder: false, table: nil) }
  }

  /// The shards that img2dataset wrote into a folder: `00000.tar` or `00000/`, each with
  /// `00000.parquet` beside it; in the order of their numbers.
  ///
  /// - Throws: `StagesError.file` when there is none.
  static func shards(inImg2datasetFolder folder: String) throws(StagesError) -> [SampleShard] {
    let folder = absolutePath(folder)
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw .file(path: folder, problem: "cannot be read: \(error.localizedDescription)")
    }
    let all = Set(names)
    let shards = names.sorted().compactMap { name -> SampleShard? in
      let number = name.hasSuffix(".tar") ? String(name.dropLast(4)) : name
      guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      let table = "\(number).parquet"
      return SampleShard(
        path: "\(folder)/\(name)", isFolder: name == number,
        table: all.contains(table) ? "\(folder)/\(table)" : nil)
    }
    guard !shards.isEmpty else {
      throw .file(
        path: folder,
        problem:
          "holds no shard of img2dataset, such as 00000.tar or 00000/; name its output_folder")
    }
    return shards
  }

  /// A reader at the shard's beginning.
  func reader() throws -> SampleReader {
    let records = try table.map { try SampleTable(contentsOf: $0).records } ?? []
    return try SampleReader(path: path, isFolder: isFolder, records: records)
  }

  /// What the shard holds, for telling whether it changed: the archive's bytes, or the names and sizes
  /// of a folder's files; with the table.
  func digest() throws(PairsError) -> SHA256Digest {
    var parts = [
      try isFolder ? SampleReader.listing(ofFolderAt: path) : SHA256Digest(ofFileAt: path)
    ]
    if let table { parts.append(try SHA256Digest(ofFileAt: table)) }
    return parts.count == 1
      ? parts[0] : SHA256Digest(of: parts.map(\.description).joined(separator: " ").utf8)
  }

  /// Refuses what is no archive from its first byte on. One that breaks off later has a failed row
  /// there.
  func checkBeginning() throws {
    guard !isFolder else { return }
    if let failure = try SampleReader(path: path, isFolder: false).next()?.row.failure,
      failure.reason == .corruptArchive, try isBrokenAtItsBeginning()
    {
      throw StagesError.file(path: path, problem: "is no tar archive: \(failure.detail)")
    }
  }

  private func isBrokenAtItsBeginning() throws -> Bool {
    try SampleReader(path: path, isFolder: false).next()?.row.byteOffset == 0
  }

  /// For the progress: the archive's bytes, or the number of a folder's files.
  func size() throws -> Int64 {
    isFolder
      ? Int64(try FileManager.default.contentsOfDirectory(atPath: path).count)
      : try ReadableFile(path: path).byteCount()
  }
}

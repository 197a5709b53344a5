import Foundation
import Imaging

/// The files that damage starts from, by format.
struct SeedCorpus {
  /// In the order of their names, so that equal folders give equal runs.
  let files: [(format: ImageFormat, bytes: [UInt8])]
  private let byFormat: [ImageFormat: [[UInt8]]]

  /// - Throws: when the folder cannot be read or has no picture.
  init(folder: String) throws {
    let url = URL(fileURLWithPath: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    var files: [(format: ImageFormat, bytes: [UInt8])] = []
    for name in names {
      let bytes = [UInt8](try Data(contentsOf: url.appending(path: name)))
      let format = ImageFormat(recognizing: bytes)
      // Large seeds cost time and reach no other code.
      if format.isDecodable, bytes.count <= 3000 { files.append((format, bytes)) }
    }
    guard !files.isEmpty else { throw FuzzError("\(folder): no pictures of up to 3,000 bytes") }
    self.files = files
    byFormat = Dictionary(grouping: files, by: \.format).mapValues { $0.map(\.bytes) }
  }

  /// All files of a format; never empty for one that occurs.
  func files(of format: ImageFormat) -> [[UInt8]] { byFormat[format] ?? [] }
}

/// What stops a run, in words.
struct FuzzError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

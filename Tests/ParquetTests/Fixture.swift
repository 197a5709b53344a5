import Foundation
import Testing

@testable import Parquet

/// Files made by the script in `Fixtures`.
enum Fixture {
  /// Columns of a row group by name, each with its values.
  typealias RowGroup = [String: [String?]]

  static func path(_ name: String) throws -> String {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    return folder.appending(path: name).path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// What each file's columns of text hold, by row group, as pyarrow reads them.
  static func values() throws -> [String: [RowGroup]] {
    try JSONDecoder().decode([String: [RowGroup]].self, from: Data(bytes("values.json")))
  }

  /// Names of all Parquet files.
  static func names() throws -> [String] { try values().keys.sorted() }
}

/// Values as bytes: Swift's String equality is canonical equivalence.
func bytes(_ values: [String?]) -> [[UInt8]?] { values.map { $0.map { Array($0.utf8) } } }

/// The words of what goes wrong, nil if nothing does.
func failure(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch { return "\(error)" }
}

import Foundation
import TestSupport

@testable import Parquet

/// Files that are written to be read once.
struct HostileFile {
  static let damaged = "; the file is damaged: copy or write it again"
  static let cut = "; the file is cut short or damaged: copy or write it again"
  /// How messages about the only column's only chunk, and about its first page, begin.
  static let chunk = "x.parquet: column `a`, row group 0: "
  static let page = "x.parquet: column `a`, row group 0, page at byte 4: "

  let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  func open(_ builder: ParquetBuilder) throws -> ParquetFile {
    try ParquetFile(contentsOf: folder.write(builder.bytes, to: "x.parquet"))
  }

  func values(_ builder: ParquetBuilder) throws -> [String?] {
    try open(builder).strings(ofColumn: "a", rowGroup: 0)
  }

  /// What goes wrong, `read` if nothing does.
  func message(_ builder: ParquetBuilder) -> String {
    let message = failure { _ = try values(builder) } ?? "read"
    return message.replacingOccurrences(of: folder.path + "/", with: "")
  }

  /// What goes wrong in an honest file with a change.
  func message(_ change: (inout ParquetBuilder) -> Void) -> String {
    var builder = ParquetBuilder.honest
    change(&builder)
    return message(builder)
  }

  /// What goes wrong with other pages.
  func message(_ pages: ParquetBuilder.Page..., rows: Int64) -> String {
    message(ParquetBuilder(pages, rowCount: rows))
  }
}

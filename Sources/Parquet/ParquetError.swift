/// What can go wrong when a Parquet file is read. Every case names the file.
public enum ParquetError: Error, Equatable, Sendable {
  /// The file cannot be opened or read.
  case unreadable(file: String, reason: String)
  /// The file is none of Parquet's, or has no end.
  case notParquet(file: String, reason: String)
  /// Something ends before what it says it holds.
  case truncated(file: String, detail: String)
  /// The file breaks its format's rules.
  case malformed(file: String, detail: String)
  /// A valid file that uses what is not read here; `remedy` says how to write it instead.
  case unsupported(file: String, detail: String, remedy: String)
  /// There is no column of this name; `columns` are those that are there.
  case missingColumn(file: String, name: String, columns: [String])
  /// A column that does not hold text; `textColumns` are those that do.
  case notText(file: String, name: String, found: String, textColumns: [String])
}

extension ParquetError: CustomStringConvertible {
  /// The file, what is wrong with it, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason); check its path and permissions"
    case .notParquet(let file, let reason):
      "\(file): not a whole Parquet file: \(reason); check that its writer has finished, or copy"
        + " it again"
    case .truncated(let file, let detail):
      "\(file): \(detail); the file is cut short or damaged: copy or write it again"
    case .malformed(let file, let detail):
      "\(file): \(detail); the file is damaged: copy or write it again"
    case .unsupported(let file, let detail, let remedy):
      "\(file): \(detail); \(remedy)"
    case .missingColumn(let file, let name, let columns):
      "\(file): there is no column \(Quoted.name(name)); "
        + (columns.isEmpty ? "the file has no columns" : "there are \(Quoted.names(columns))")
    case .notText(let file, let name, let found, let textColumns):
      "\(file): column \(Quoted.name(name)) holds \(found), not text; "
        + (textColumns.isEmpty
          ? "the file has no column of text" : "text is in \(Quoted.names(textColumns))")
    }
  }
}

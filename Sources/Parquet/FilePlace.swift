/// A place in a file, for error messages.
struct FilePlace: Sendable {
  /// The file's path as given.
  let file: String
  /// What is read of it, like "column `url`, row group 3".
  let part: String

  /// Something ends before what it says it holds.
  func truncated(_ detail: String) -> ParquetError {
    .truncated(file: file, detail: "\(part): \(detail)")
  }

  /// Something breaks the format's rules.
  func malformed(_ detail: String) -> ParquetError {
    .malformed(file: file, detail: "\(part): \(detail)")
  }

  /// Something valid that is not read here.
  func unsupported(_ detail: String, remedy: String) -> ParquetError {
    .unsupported(file: file, detail: "\(part): \(detail)", remedy: remedy)
  }
}

import Pairs
import Parquet

/// img2dataset's table of one shard: a row for each URL that it was given, failed ones included,
/// which are nowhere else.
struct SampleTable {
  /// The rows in the table's order.
  let records: [SampleRecord]

  /// - Throws: `ParquetError` for a file that is none, or whose columns are not text.
  init(contentsOf path: String) throws {
    let file = try ParquetFile(contentsOf: path)
    var records: [SampleRecord] = []
    for group in 0..<file.rowGroupCount {
      func column(_ name: String) throws -> [String?]? {
        guard file.columnNames.contains(name) else { return nil }
        return try file.strings(ofColumn: name, rowGroup: group)
      }
      let keys = try file.strings(ofColumn: "key", rowGroup: group)
      let urls = try column("url")
      let captions = try column("caption")
      let statuses = try column("status")
      let messages = try column("error_message")
      for row in keys.indices {
        records.append(
          SampleRecord(
            key: keys[row], url: urls?[row], caption: captions?[row], status: statuses?[row],
            message: messages?[row]))
      }
    }
    self.records = records
  }
}

/// Limits that no honest file of captions and URLs exceeds, so that a hostile one costs little.
enum ParquetLimits {
  /// Bytes of the footer.
  static let footerBytes = 64 << 20
  /// Bytes of a page, compressed or not.
  static let pageBytes = 256 << 20
  /// Bytes of a page's header; its statistics may hold whole values.
  static let pageHeaderBytes = 1 << 20
  /// Rows of a row group. All values of one may lie in a run of a few bytes, so nothing else bounds
  /// the memory that they take.
  static let rowGroupRows = 1 << 24
  /// Elements of the schema.
  static let schemaElements = 1 << 16
  /// Thrift structures and containers within each other; Parquet needs about six.
  static let thriftDepth = 24
}

/// A field at the top level of the schema.
struct ParquetColumn: Sendable {
  let name: String
  let content: Content

  /// What a column holds, as far as reading text goes.
  enum Content: Sendable {
    /// Text, or bytes that nothing says more about. `chunk` is its place in each row group.
    case text(chunk: Int, isOptional: Bool)
    /// Nulls alone: what a writer makes of values that were all missing.
    case nulls
    /// Anything else, with words for it.
    case other(String)
  }

  /// Whether `strings(ofColumn:rowGroup:)` reads it.
  var isReadable: Bool {
    if case .other = content { false } else { true }
  }

  /// The columns that a schema describes, and how many chunks each row group has.
  ///
  /// The schema lists its elements depth first, each with the number of its children.
  static func columns(
    of schema: [SchemaElement], place: FilePlace
  ) throws(ParquetError) -> (columns: [ParquetColumn], chunkCount: Int) {
    guard let root = schema.first, root.type == nil else {
      throw place.malformed("a schema without a root")
    }
    guard root.childCount < schema.count else {
      throw place.malformed(
        "a schema of \(root.childCount) columns in \(schema.count) elements, root included")
    }
    var columns: [ParquetColumn] = []
    var (index, chunk) = (1, 0)
    for _ in 0..<root.childCount {
      let (start, firstChunk) = (index, chunk)
      var open = 1
      while open > 0 {
        guard index < schema.count else {
          throw place.malformed("a schema of \(schema.count) elements, which lacks some")
        }
        let element = schema[index]
        guard (element.type == nil) == (element.childCount > 0), element.repetition != nil else {
          throw place.malformed("\(Quoted.name(element.name)) is neither a column nor a group")
        }
        if element.type != nil { chunk += 1 }
        // Below 2³¹ for each of at most 2¹⁶ elements: no overflow.
        open += element.childCount - 1
        index += 1
      }
      columns.append(ParquetColumn(schema[start], chunk: firstChunk))
    }
    guard index == schema.count else {
      throw place.malformed("a schema with \(schema.count - index) elements too many")
    }
    return (columns, chunk)
  }

  private init(_ element: SchemaElement, chunk: Int) {
    name = element.name
    let isText =
      element.convertedType.map { Annotation.convertedText.contains($0) } ?? true
      && element.logicalType.map { Annotation.logicalText.contains($0) } ?? true
    content =
      switch (element.type, element.repetition) {
      case (nil, _): .other("columns within it (a list, a map or a structure)")
      case (_, .repeated): .other("lists")
      case (.byteArray, let repetition) where isText:
        .text(chunk: chunk, isOptional: repetition == .optional)
      case (_, .optional) where element.logicalType == Annotation.logicalNull: .nulls
      case (let type?, _): .other("values of type \(type.name)")
      }
  }
}

/// A column or a group of columns in the schema, `SchemaElement` of parquet.thrift.
struct SchemaElement {
  let name: String
  /// Nil for a group.
  let type: PhysicalType?
  /// Nil for the root.
  let repetition: Repetition?
  /// Elements directly below this one; 0 for a column.
  let childCount: Int
  let convertedType: Int32?
  /// The field of the union `LogicalType` that is set.
  let logicalType: Int16?

  init(_ reader: inout ThriftCompactReader, place: FilePlace) throws(ParquetError) {
    var name: String?
    var (type, repetition, childCount, convertedType): (Int32?, Int32?, Int32?, Int32?)
    var logicalType: Int16?
    try reader.readFields { reader, field throws(ParquetError) in
      switch field.id {
      case 1: type = try reader.int32(field)
      case 3: repetition = try reader.int32(field)
      case 4: name = try reader.string(field)
      case 5: childCount = try reader.int32(field)
      case 6: convertedType = try reader.int32(field)
      case 10:
        try reader.structure(field) { reader, field throws(ParquetError) in
          logicalType = field.id
          try reader.skip(field)
        }
      default: try reader.skip(field)
      }
    }
    guard let name else { throw place.malformed("a schema element without a name") }
    self.name = name
    self.childCount = Int(childCount ?? 0)
    guard self.childCount >= 0 else {
      throw place.malformed("\(Quoted.name(name)) has \(self.childCount) children")
    }
    self.type = type.flatMap { PhysicalType(rawValue: $0) }
    self.repetition = repetition.flatMap { Repetition(rawValue: $0) }
    guard (self.type == nil) == (type == nil), (self.repetition == nil) == (repetition == nil)
    else { throw place.malformed("\(Quoted.name(name)) has a type that the format lacks") }
    self.convertedType = convertedType
    self.logicalType = logicalType
  }
}

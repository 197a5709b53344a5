import Foundation

/// What a safetensors file says, in one order and without its layout: what a checksum goes over.
enum SafetensorsContent {
  /// The header's texts by key. Lengths keep them apart.
  static func lines(of metadata: [String: String], except key: String) -> [Data] {
    metadata.filter { $0.key != key }
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { Data("\($0.key.utf8.count) \($0.key) \($0.value.utf8.count) \($0.value)\n".utf8) }
  }

  /// A tensor's line, before its bytes.
  static func line(_ name: String, _ type: ElementType, _ shape: [Int]) -> Data {
    Data("\(name.utf8.count) \(name) \(type.rawValue) \(shape)\n".utf8)
  }
}

extension SafetensorsFile {
  /// Hands all that the file says to `sink`, as `SafetensorsWriter.writeContent` does.
  public func writeContent(exceptTextOf key: String, to sink: (Data) -> Void) throws(LayersError) {
    for line in SafetensorsContent.lines(of: metadata, except: key) { sink(line) }
    for entry in entries {
      sink(SafetensorsContent.line(entry.name, entry.elementType, entry.shape))
      sink(try bytes(of: entry.name))
    }
  }
}

import Layers
import Pairs

/// SHA-256 of all that a safetensors file says, in its own header: the file is told from one in which
/// anything was changed.
enum SafetensorsChecksum {
  private static let key = "winnow.content_sha256"

  /// The file with its checksum.
  static func sealed(_ writer: SafetensorsWriter) -> SafetensorsWriter {
    var hasher = SHA256Hasher()
    writer.writeContent(exceptTextOf: key) { hasher.update($0) }
    var sealed = writer
    sealed.add(text: hasher.finalize().description, for: key)
    return sealed
  }

  /// - Throws: `LayersError.malformed` for a file that says something else than what was written, or
  ///   that has no checksum.
  static func verify(_ file: SafetensorsFile) throws(LayersError) {
    var hasher = SHA256Hasher()
    try file.writeContent(exceptTextOf: key) { hasher.update($0) }
    guard file.metadata[key] == hasher.finalize().description else {
      throw .malformed(
        file: file.name, detail: "was changed since it was written: its checksum is another")
    }
  }
}

/// SHA-256 sums of files, as `sha256sum --check` reads them: a line each, the sum and the name.
public struct ChecksumList: Sendable, Equatable {
  private var entries: [(name: String, digest: SHA256Digest)] = []

  /// An empty list.
  public init() {}

  /// Adds a file by its name relative to the list's own folder.
  public mutating func add(_ name: String, _ digest: SHA256Digest) {
    entries.append((name, digest))
  }

  /// The lines, in the order of the names' bytes.
  public var bytes: [UInt8] {
    let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return sorted.flatMap { Array(Self.line($0.name, $0.digest).utf8) }
  }

  /// A name that would break its line is written as the GNU tools do: a backslash before the sum says
  /// that backslashes and line breaks in the name are escaped.
  private static func line(_ name: String, _ digest: SHA256Digest) -> String {
    var escaped = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\r": escaped += "\\r"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return "\(escaped == name ? "" : "\\")\(digest)  \(escaped)\n"
  }

  /// Whether both list the same files with the same sums.
  public static func == (first: ChecksumList, second: ChecksumList) -> Bool {
    first.bytes == second.bytes
  }
}

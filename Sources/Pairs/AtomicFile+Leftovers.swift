import Foundation
import Glibc

extension AtomicFile {
  /// The name that a temporary file was to get, and the process that wrote it; nil for a file that is
  /// none of ours.
  public static func destination(ofTemporary name: String) -> (name: String, process: Int32)? {
    guard let range = name.range(of: ".partial-", options: .backwards) else { return nil }
    let numbers = name[range.upperBound...].split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2,
      numbers.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      let process = Int32(numbers[0])
    else { return nil }
    return (String(name[..<range.lowerBound]), process)
  }

  /// Removes the temporary files of all killed processes in a folder, if it is there. Nobody else may
  /// be writing there.
  ///
  /// - Returns: Their paths.
  /// - Throws: `PairsError.cannotWrite`.
  @discardableResult
  public static func removeLeftovers(in folder: String) throws(PairsError) -> [String] {
    var removed: [String] = []
    for name in names(in: folder) where destination(ofTemporary: name) != nil {
      try remove("\(folder)/\(name)")
      removed.append("\(folder)/\(name)")
    }
    return removed
  }

  /// Removes what killed processes left of a file at `path`. Temporary files of processes that are
  /// still there stay: they may be writing the same file.
  ///
  /// - Throws: `PairsError.cannotWrite`.
  public static func removeLeftovers(of path: String) throws(PairsError) {
    let folder = DurableFolder.parent(of: path)
    let own = path.split(separator: "/").last.map(String.init) ?? path
    for name in names(in: folder) {
      guard let (final, process) = destination(ofTemporary: name), final == own,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      try remove("\(folder)/\(name)")
    }
  }

  /// Nothing for a folder that cannot be read: whoever writes there next is told why.
  private static func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }
}

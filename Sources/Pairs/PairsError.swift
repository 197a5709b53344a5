/// What stops a run in this module. A bad pair is a `RowFailure`, never one of these.
public enum PairsError: Error, Equatable, Sendable {
  /// A file is missing, unreadable or not a regular file.
  case cannotRead(path: String, problem: String)
  /// A file could not be written.
  case cannotWrite(path: String, problem: String)
  /// A manifest in which no line is a pair.
  case noValidRow(path: String, lines: Int, first: RowFailure?)
  /// A truth file with a line that is not `key TAB 0|1 TAB line`.
  case malformedTruth(path: String, line: Int, problem: String)
  /// A vocabulary that is not what Winnow or the published code writes.
  case malformedVocabulary(path: String, problem: String)
  /// An argument outside what it may be.
  case invalidArgument(name: String, value: String, allowed: String)
  /// Captions that cannot be reassigned as asked.
  case cannotCorrupt(problem: String)
}

extension PairsError: CustomStringConvertible {
  /// What failed, where, and what to do.
  public var description: String {
    switch self {
    case .cannotRead(let path, let problem):
      "\(path): cannot be read: \(problem)"
    case .cannotWrite(let path, let problem):
      "\(path): cannot be written: \(problem)"
    case .noValidRow(let path, let lines, let first):
      if let first {
        "\(path): none of its \(lines) lines is a pair; the first: \(first.detail); check the file"
          + " and its column order"
      } else {
        "\(path): the manifest is empty"
      }
    case .malformedTruth(let path, let line, let problem):
      "\(path):\(line): \(problem)"
    case .malformedVocabulary(let path, let problem):
      "\(path): not a vocabulary: \(problem)"
    case .invalidArgument(let name, let value, let allowed):
      "\(name) is \(value), but must be \(allowed)"
    case .cannotCorrupt(let problem):
      "the captions cannot be reassigned: \(problem)"
    }
  }
}

/// What stops a run in this module. A bad pair is a row of the audit, never one of these.
public enum StagesError: Error, Equatable, Sendable {
  /// Another process is writing to the workspace.
  case locked(workspace: String, holder: String)
  /// What a stage needs is not there yet.
  case missing(workspace: String, what: String, command: String)
  /// A stage's configuration is wrong; `key` as it is written in YAML.
  case configuration(stage: String, key: String, problem: String)
  /// A pipeline file is wrong.
  case pipeline(path: String, line: Int?, problem: String)
  /// A file or folder cannot be read or written.
  case file(path: String, problem: String)
  /// A file that was written before does not hold what it should.
  case damaged(path: String, problem: String)
}

extension StagesError: CustomStringConvertible {
  /// What failed, where, and what to do.
  public var description: String {
    switch self {
    case .locked(let workspace, let holder):
      "\(workspace): being written to by \(holder); wait until it is done, or stop it"
    case .missing(let workspace, let what, let command):
      "\(workspace): \(what); run: \(command)"
    case .configuration(let stage, let key, let problem):
      "\(stage): \(key): \(problem)"
    case .pipeline(let path, let line, let problem):
      line.map { "\(path):\($0): \(problem)" } ?? "\(path): \(problem)"
    case .file(let path, let problem), .damaged(let path, let problem):
      "\(path): \(problem)"
    }
  }
}

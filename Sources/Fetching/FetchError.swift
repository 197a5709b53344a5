/// What stops a run in this module. A URL that cannot be fetched is a `RowFailure`, never one of
/// these.
public enum FetchError: Error, Equatable, Sendable {
  /// libcurl cannot work at all.
  case client(problem: String)
  /// Image bytes cannot be written.
  case store(path: String, problem: String)
}

extension FetchError: CustomStringConvertible {
  /// What failed, where, and what to do.
  public var description: String {
    switch self {
    case .client(let problem): "libcurl: \(problem)"
    case .store(let path, let problem):
      "\(path): cannot be written: \(problem); what was fetched before is stored, and the same"
        + " command goes on"
    }
  }
}

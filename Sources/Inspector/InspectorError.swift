/// What keeps the page from being served.
public enum InspectorError: Error, Equatable, Sendable {
  /// A host that cannot be listened on.
  case address(host: String, problem: String)
  /// A port that another program has.
  case portInUse(host: String, port: UInt16)
  /// A port that may not be listened on.
  case portNotAllowed(host: String, port: UInt16)
  /// The server stopped by itself.
  case stopped(problem: String)
}

extension InspectorError: CustomStringConvertible {
  /// What failed, where, and what to do.
  public var description: String {
    switch self {
    case .address(let host, let problem):
      "--host \(host): \(problem)"
    case .portInUse(let host, let port):
      "port \(port) of \(host) is in use; name another with --port, or --port 0 for any free one"
    case .portNotAllowed(let host, let port):
      "port \(port) of \(host) may not be listened on; name one above 1023 with --port"
    case .stopped(let problem):
      "the server stopped: \(problem)"
    }
  }
}

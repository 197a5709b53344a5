import Logging

extension Logger {
  /// Tells of a file that a killed process left half written.
  func removedLeftover(_ path: String) {
    notice("removed what a killed run left behind", metadata: ["path": "\(path)"])
  }
}

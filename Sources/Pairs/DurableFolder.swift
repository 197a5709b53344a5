import Glibc

/// Folders whose names are on disk: a file that was synced is lost all the same when a power failure
/// takes the folder that it was made in.
public enum DurableFolder {
  /// Why the system refused.
  public struct Failure: Error, Equatable {
    /// The folder that could not be made or synced.
    public let path: String
    /// The system's words.
    public let problem: String
  }

  /// Makes a folder and those above it, unless they are there.
  ///
  /// - Throws: `Failure`, for example where a file is in the way.
  public static func create(_ path: String) throws(Failure) {
    var isThere = stat()
    if stat(path, &isThere) == 0 {
      guard isThere.st_mode & S_IFMT == S_IFDIR else {
        throw Failure(path: path, problem: String(cString: strerror(ENOTDIR)))
      }
      return
    }
    let parent = parent(of: path)
    if parent != path { try create(parent) }
    // Another process may make it at the same time.
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw Failure(path: path, problem: SystemError.current)
    }
    try sync(parent)
  }

  /// The folder of a file or folder.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Brings the names in a folder to the disk.
  static func sync(_ path: String) throws(Failure) {
    let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw Failure(path: path, problem: SystemError.current) }
    defer { close(opened) }
    guard fsync(opened) == 0 else { throw Failure(path: path, problem: SystemError.current) }
  }
}

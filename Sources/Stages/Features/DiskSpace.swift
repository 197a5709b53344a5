import Glibc

/// What is free on a disk, and how to say it.
enum DiskSpace {
  /// Bytes that may be written to the disk of the folder at `path`.
  ///
  /// - Throws: `StagesError.file` when the system does not tell.
  static func freeBytes(at path: String) throws -> Int64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else {
      throw StagesError.file(
        path: path, problem: "free space is not known: \(String(cString: strerror(errno)))")
    }
    let (bytes, overflows) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int64(clamping: status.f_frsize))
    return overflows ? .max : bytes
  }

  /// `230.4 MB`, rounded up to a tenth.
  static func text(_ bytes: Int64) -> String {
    let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]
    for (name, size) in units where Double(bytes) >= size {
      return "\((Double(bytes) / size * 10).rounded(.up) / 10) \(name)"
    }
    return "\(bytes) bytes"
  }
}

import Glibc

/// A regular file of which ranges are read; closed when the last reference goes.
///
/// The file is not mapped: reading a mapped file that another process cuts short ends the program.
final class RandomAccessFile: Sendable {
  /// The path as given, for messages.
  let path: String
  /// Bytes of the file when it was opened.
  let byteCount: Int
  private let descriptor: Int32

  /// Opens `path`.
  ///
  /// - Throws: `ParquetError.unreadable` when it is missing, unreadable or not a regular file.
  init(path: String) throws(ParquetError) {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else { throw .unreadable(file: path, reason: Self.systemError) }
    var status = stat()
    guard fstat(opened, &status) == 0 else {
      let reason = Self.systemError
      close(opened)
      throw .unreadable(file: path, reason: reason)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(opened)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw .unreadable(file: path, reason: isFolder ? "is a folder" : "is not a regular file")
    }
    self.path = path
    byteCount = Int(status.st_size)
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  /// The bytes of a range.
  ///
  /// - Precondition: the range lies within `byteCount`.
  /// - Throws: `ParquetError.unreadable`, also when the file has become shorter.
  func bytes(in range: Range<Int>) throws(ParquetError) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount)
    var problem: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count, problem == nil {
        let got = pread(
          descriptor, buffer.baseAddress?.advanced(by: count), range.count - count,
          off_t(range.lowerBound + count))
        if got > 0 {
          count += got
        } else if got == 0 {
          problem = "it has become shorter"
        } else if errno != EINTR {
          problem = Self.systemError
        }
      }
    }
    if let problem { throw .unreadable(file: path, reason: problem) }
    return bytes
  }

  /// The words of the last failed system call.
  private static var systemError: String { String(cString: strerror(errno)) }
}

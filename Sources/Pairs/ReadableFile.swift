import Glibc

/// A regular file opened for reading at any offset; closed when the last reference goes.
package final class ReadableFile: Sendable {
  /// The path as given, for messages.
  let path: String
  fileprivate let descriptor: Int32

  /// Opens `path`.
  ///
  /// - Throws: `PairsError.cannotRead` when it is missing, unreadable, or not a regular file.
  package init(path: String) throws(PairsError) {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else { throw .cannotRead(path: path, problem: SystemError.current) }
    var status = stat()
    guard fstat(opened, &status) == 0 else {
      let problem = SystemError.current
      close(opened)
      throw .cannotRead(path: path, problem: problem)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(opened)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw .cannotRead(path: path, problem: isFolder ? "is a folder" : "is not a regular file")
    }
    self.path = path
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  /// Reads up to `count` bytes at `offset` into `buffer`, from its index `start` on (as many as
  /// fit, without `count`); 0 at the end of the file.
  package func read(
    into buffer: inout [UInt8], from start: Int = 0, count: Int = .max, at offset: Int64
  ) throws(PairsError) -> Int {
    precondition(start >= 0 && start <= buffer.count)
    let wanted = min(count, buffer.count - start)
    while true {
      let got = buffer.withUnsafeMutableBytes { bytes in
        pread(descriptor, bytes.baseAddress?.advanced(by: start), wanted, off_t(offset))
      }
      if got >= 0 { return got }
      if errno != EINTR { throw .cannotRead(path: path, problem: SystemError.current) }
    }
  }
}

/// The words of the last failed system call.
enum SystemError {
  static var current: String { message(errno) }

  /// The words of an error number.
  static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension ReadableFile {
  /// The file's size now, in bytes.
  package func byteCount() throws(PairsError) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotRead(path: path, problem: SystemError.current)
    }
    return Int64(status.st_size)
  }

  /// The whole file, unless it has more than `limit` bytes.
  package func contents(limit: Int) throws(PairsError) -> [UInt8] {
    var contents: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = try read(into: &block, at: Int64(contents.count))
      if count == 0 { return contents }
      contents += block[..<count]
      guard contents.count <= limit else {
        throw .cannotRead(path: path, problem: "has more than \(limit) bytes")
      }
    }
  }
}

import Glibc

/// A file that appears under its name only when it is complete: written beside it, synced, renamed,
/// and its folder synced, so that the name too is on disk before anything that relies on it.
///
/// Without `commit()` the temporary file is removed again and what stood at `path` stays. A killed
/// process leaves its temporary file behind: see `removeLeftovers`.
public final class AtomicFile {
  /// The name the file will have.
  public let path: String
  private let temporaryPath: String
  private var descriptor: Int32
  private var isCommitted = false
  private var pending: [UInt8] = []
  private static let blockSize = 1 << 20

  /// Opens a temporary file beside `path`.
  ///
  /// - Throws: `PairsError.cannotWrite` when the folder is missing or not writable.
  public init(path: String) throws(PairsError) {
    self.path = path
    var attempt = 1
    while true {
      let name = "\(path).partial-\(getpid())-\(attempt)"
      let opened = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if opened >= 0 {
        (temporaryPath, descriptor) = (name, opened)
        return
      }
      // Left behind by a killed process that had the same number, or in use beside this one.
      guard errno == EEXIST, attempt < 1000 else {
        throw .cannotWrite(path: path, problem: SystemError.current)
      }
      attempt += 1
    }
  }

  deinit {
    discard()
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: `PairsError.cannotWrite`, for example on a full disk.
  public func write(_ bytes: some Collection<UInt8>) throws(PairsError) {
    precondition(descriptor >= 0, "\(path) is sealed")
    pending += bytes
    if pending.count >= Self.blockSize { try flush() }
  }

  /// Brings what was written to the disk, still under its temporary name, and closes the file:
  /// nothing can be added any more. Of several files all can be sealed before the first appears.
  ///
  /// - Throws: `PairsError.cannotWrite`.
  public func seal() throws(PairsError) {
    guard descriptor >= 0 else { return }
    try flush()
    guard fsync(descriptor) == 0 else { throw failure() }
    close(descriptor)
    descriptor = -1
  }

  /// Makes the file appear at `path`, complete and on disk.
  ///
  /// - Throws: `PairsError.cannotWrite`; then nothing has changed at `path`.
  public func commit() throws(PairsError) {
    try seal()
    guard rename(temporaryPath, path) == 0 else { throw failure() }
    isCommitted = true
    try Self.syncFolder(of: path)
  }

  /// Writes a whole file.
  public static func write(_ bytes: some Collection<UInt8>, to path: String) throws(PairsError) {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  private func flush() throws(PairsError) {
    var written = 0
    while written < pending.count {
      let count = pending.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw failure()
      }
    }
    pending.removeAll(keepingCapacity: true)
  }

  /// The new name itself must reach the disk before a marker that vouches for it does.
  private static func syncFolder(of path: String) throws(PairsError) {
    do {
      try DurableFolder.sync(DurableFolder.parent(of: path))
    } catch {
      throw .cannotWrite(path: path, problem: error.problem)
    }
  }

  /// Gives a file that is complete and on the disk its name, in place of what had that.
  ///
  /// - Throws: `PairsError.cannotWrite`.
  public static func move(_ written: String, to path: String) throws(PairsError) {
    guard rename(written, path) == 0 else {
      throw .cannotWrite(path: path, problem: SystemError.current)
    }
    try syncFolder(of: path)
  }

  /// Removes a file, for good, if it is there.
  ///
  /// - Throws: `PairsError.cannotWrite`.
  public static func remove(_ path: String) throws(PairsError) {
    guard unlink(path) == 0 else {
      if errno == ENOENT { return }
      throw .cannotWrite(path: path, problem: SystemError.current)
    }
    try syncFolder(of: path)
  }

  private func failure() -> PairsError { .cannotWrite(path: path, problem: SystemError.current) }

  private func discard() {
    if descriptor >= 0 { close(descriptor) }
    if !isCommitted { unlink(temporaryPath) }
    descriptor = -1
  }
}

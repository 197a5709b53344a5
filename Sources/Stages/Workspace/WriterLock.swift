import Foundation
import Glibc

/// The right to write to a workspace, held by one process at a time and freed by the system when
/// that process ends, however it ends. Readers never ask for it.
public final class WriterLock {
  private var descriptor: Int32

  fileprivate init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    release()
  }

  /// Frees the workspace.
  public func release() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
  }
}

extension Workspace {
  /// Locks the workspace for writing, making its folder if need be.
  ///
  /// - Parameter command: The program, as a second writer is told.
  /// - Throws: `StagesError.locked` naming the holder, or `.file`.
  public func lock(for command: String) throws(StagesError) -> WriterLock {
    try create(folder: path)
    let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .file(path: lockPath, problem: String(cString: strerror(errno)))
    }
    let code = Self.take(descriptor)
    guard code == 0 else {
      close(descriptor)
      guard code == EWOULDBLOCK else {
        throw .file(path: lockPath, problem: String(cString: strerror(code)))
      }
      throw .locked(workspace: path, holder: lockHolder ?? "another process")
    }
    // What an earlier holder wrote stays behind when it was killed: it means nothing unlocked.
    let holder = Array("\(command) (process \(getpid()))".utf8)
    guard ftruncate(descriptor, 0) == 0,
      pwrite(descriptor, holder, holder.count, 0) == holder.count
    else {
      let problem = String(cString: strerror(errno))
      close(descriptor)
      throw .file(path: lockPath, problem: problem)
    }
    return WriterLock(descriptor: descriptor)
  }

  /// Locks the file, trying again for 0.3 s: whoever asks for the current writer holds it for an
  /// instant, and a writer that has only just begun has not written its name yet.
  ///
  /// - Returns: 0, or the system's error number.
  private static func take(_ descriptor: Int32) -> Int32 {
    for attempt in 1...31 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return 0 }
      let code = errno
      guard code == EWOULDBLOCK || code == EINTR, attempt < 31 else { return code }
      usleep(10_000)
    }
    return EWOULDBLOCK
  }

  /// Who writes to the workspace now; nil when nobody does.
  public func currentWriter() -> String? {
    let descriptor = open(lockPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
    return lockHolder ?? "another process"
  }

  private var lockHolder: String? {
    guard let data = FileManager.default.contents(atPath: lockPath), !data.isEmpty else {
      return nil
    }
    return String(decoding: data.prefix(200), as: UTF8.self)
  }
}

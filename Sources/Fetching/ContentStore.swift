import CFetching
import Foundation
import Glibc
import Pairs

/// Files named by the hash of what they hold: `images/ab/abcd….` A URL has no say in a name.
///
/// A file is complete and on disk only after `sync()`: what names it in a database must come later.
/// One that no row names may be cut off, and is written anew when its content comes again.
public struct ContentStore: Sendable {
  /// The folder.
  public let folder: String
  /// Where files are until they have their name.
  var incoming: String { folder + "/incoming" }

  /// The store in a folder, which need not be there to read from it.
  public init(folder: String) {
    self.folder = folder
  }

  /// Makes the folder and removes what a killed run left half written.
  ///
  /// - Throws: `FetchError.store`.
  public func prepare() throws(FetchError) {
    do {
      try FileManager.default.createDirectory(
        atPath: incoming, withIntermediateDirectories: true)
      for name in try FileManager.default.contentsOfDirectory(atPath: incoming) {
        try FileManager.default.removeItem(atPath: incoming + "/" + name)
      }
    } catch {
      throw .store(path: incoming, problem: error.localizedDescription)
    }
  }

  /// Where the content of a hash is, or would be.
  public func path(of digest: SHA256Digest) -> String {
    let name = digest.description
    return "\(folder)/\(name.prefix(2))/\(name)"
  }

  /// Stores bytes under their hash.
  ///
  /// A new file is made in its own folder at once: each name that is made first in `incoming` costs
  /// a second change of a folder, and the file system would keep all files where that one is.
  ///
  /// - Throws: `FetchError.store`, on a full disk for example.
  public func store(_ bytes: [UInt8]) throws(FetchError) -> SHA256Digest {
    let digest = SHA256Digest(of: bytes)
    let path = path(of: digest)
    if try write(bytes, to: path, O_EXCL) { return digest }
    if errno == ENOENT {
      try makeFolder(of: digest)
      if try write(bytes, to: path, O_EXCL) { return digest }
    }
    guard errno == EEXIST else { throw failure(path) }
    if !isWhole(digest) { try replace(bytes, digest) }
    return digest
  }

  /// Whether a file holds what its name says: a killed run or a power failure may have cut it off. One
  /// that does is left alone, since rows may name it already.
  private func isWhole(_ digest: SHA256Digest) -> Bool {
    (try? SHA256Digest(ofFileAt: path(of: digest))) == digest
  }

  private func replace(_ bytes: [UInt8], _ digest: SHA256Digest) throws(FetchError) {
    let temporary = "\(incoming)/\(digest)"
    guard try write(bytes, to: temporary, O_TRUNC) else { throw failure(temporary) }
    try move(temporary, to: digest)
  }

  /// Moves a file of this store's `incoming` folder under the hash of what it holds.
  ///
  /// - Throws: `FetchError.store`.
  public func store(fileAt path: String) throws(FetchError) -> SHA256Digest {
    do {
      let digest = try SHA256Digest(ofFileAt: path)
      if isWhole(digest) {
        unlink(path)
      } else {
        try move(path, to: digest)
      }
      return digest
    } catch let error as FetchError {
      throw error
    } catch {
      throw .store(path: path, problem: "\(error)")
    }
  }

  /// Brings everything stored so far to the disk, in one go: syncing each of thousands of small files
  /// takes far longer.
  ///
  /// - Throws: `FetchError.store`.
  public func sync() throws(FetchError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(folder) }
    defer { close(descriptor) }
    guard fetch_sync(descriptor) == 0 else { throw failure(folder) }
  }

  /// Writes a file; false, with `errno`, when it cannot be opened so.
  private func write(
    _ bytes: [UInt8], to path: String, _ flag: Int32
  ) throws(FetchError) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o666)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        let failure = failure(path)
        unlink(path)
        throw failure
      }
    }
    return true
  }

  private func move(_ path: String, to digest: SHA256Digest) throws(FetchError) {
    let target = self.path(of: digest)
    if rename(path, target) == 0 { return }
    guard errno == ENOENT else { throw failure(target) }
    try makeFolder(of: digest)
    guard rename(path, target) == 0 else { throw failure(target) }
  }

  /// One of 256 folders, made when first needed.
  private func makeFolder(of digest: SHA256Digest) throws(FetchError) {
    let folder = "\(folder)/\(digest.description.prefix(2))"
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw failure(folder) }
  }

  private func failure(_ path: String) -> FetchError {
    .store(path: path, problem: String(cString: strerror(errno)))
  }
}

/// A file that appears under its name only when it is complete, with the SHA-256 of what it holds.
public final class HashedFile {
  /// The name the file will have.
  public var path: String { file.path }
  /// Bytes written so far.
  public private(set) var byteCount = 0
  private let file: AtomicFile
  private var hasher = SHA256Hasher()
  private var digest: SHA256Digest?

  /// Opens a temporary file beside `path`.
  ///
  /// - Throws: `PairsError.cannotWrite` when the folder is missing or not writable.
  public init(path: String) throws(PairsError) {
    file = try AtomicFile(path: path)
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: `PairsError.cannotWrite`, for example on a full disk.
  public func write(_ bytes: some Collection<UInt8>) throws(PairsError) {
    try file.write(bytes)
    hasher.update(bytes)
    byteCount += bytes.count
  }

  /// Brings what was written to the disk, still under its temporary name; nothing can be added any
  /// more.
  ///
  /// - Returns: the hash of the whole file.
  /// - Throws: `PairsError.cannotWrite`.
  @discardableResult
  public func seal() throws(PairsError) -> SHA256Digest {
    if let digest { return digest }
    try file.seal()
    let sealed = hasher.digestAndReset()
    digest = sealed
    return sealed
  }

  /// Makes the file appear at `path`, complete and on disk.
  ///
  /// - Throws: `PairsError.cannotWrite`; then nothing has changed at `path`.
  public func commit() throws(PairsError) {
    try seal()
    try file.commit()
  }
}

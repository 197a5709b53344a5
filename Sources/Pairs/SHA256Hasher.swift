import COpenSSL

/// SHA-256 of a stream of bytes, over libcrypto.
///
/// The context is owned by this one value, which `finalize` consumes.
public struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer?
  /// libcrypto's calls fail only when out of memory or without the algorithm; both would make
  /// every later hash wrong, so they stop the program instead of giving a key.
  private static let algorithm = SHA256Algorithm()

  /// A hasher that has seen no bytes.
  public init() {
    context = EVP_MD_CTX_new()
    precondition(context != nil, "libcrypto: no memory for a SHA-256 context")
    let started = EVP_DigestInit_ex2(context, Self.algorithm.pointer, nil)
    precondition(started == 1, "libcrypto: SHA-256 cannot be started")
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  /// Adds bytes to what has been hashed.
  public mutating func update(_ bytes: some Collection<UInt8>) {
    let done: Void? = bytes.withContiguousStorageIfAvailable { update($0) }
    if done == nil {
      Array(bytes).withUnsafeBufferPointer { update($0) }
    }
  }

  /// Adds bytes to what has been hashed.
  public mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count > 0 else { return }
    let added = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(added == 1, "libcrypto: SHA-256 update failed")
  }

  /// Adds the bytes of a file in `range`, or up to its end, in blocks.
  mutating func update(from file: ReadableFile, range: Range<Int64>) throws(PairsError) {
    var block = [UInt8](repeating: 0, count: 256 << 10)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let wanted = Int(min(Int64(block.count), range.upperBound - offset))
      let count = try file.read(into: &block, count: wanted, at: offset)
      guard count > 0 else { return }
      update(block[..<count])
      offset += Int64(count)
    }
  }

  /// The hash of everything added; the hasher is done.
  public consuming func finalize() -> SHA256Digest { digestAndReset() }

  /// The hash of everything added; the hasher starts again, which is cheaper than a new one.
  mutating func digestAndReset() -> SHA256Digest {
    var output = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    let finished = withUnsafeMutableBytes(of: &output) { buffer in
      EVP_DigestFinal_ex(context, buffer.bindMemory(to: UInt8.self).baseAddress, nil)
    }
    let restarted = EVP_DigestInit_ex2(context, Self.algorithm.pointer, nil)
    precondition(finished == 1 && restarted == 1, "libcrypto: SHA-256 cannot be finished")
    return SHA256Digest(
      words: [output.0, output.1, output.2, output.3].map { UInt64(bigEndian: $0) })
  }
}

/// The algorithm, fetched once: a fetch per context costs more than hashing a caption.
private struct SHA256Algorithm: @unchecked Sendable {
  let pointer: OpaquePointer?

  init() {
    pointer = EVP_MD_fetch(nil, "SHA256", nil)
    precondition(pointer != nil, "libcrypto: SHA-256 is not available")
  }
}

import Pairs
import Synchronization

/// The thumbnails that were made last, by the hash of their pictures, in a bounded amount of memory.
final class ThumbnailCache: Sendable {
  private struct State {
    var thumbnails: [SHA256Digest: [UInt8]] = [:]
    /// Oldest first.
    var order: [SHA256Digest] = []
    var bytes = 0
  }

  private let state = Mutex(State())
  /// The most bytes that are kept.
  private let limit: Int

  init(limit: Int = 32 << 20) {
    self.limit = limit
  }

  /// The thumbnail of a picture; nil when it is not kept.
  func thumbnail(of picture: SHA256Digest) -> [UInt8]? {
    state.withLock { $0.thumbnails[picture] }
  }

  /// Keeps a thumbnail, and drops the oldest ones when that is too much.
  func keep(_ thumbnail: [UInt8], of picture: SHA256Digest) {
    guard thumbnail.count <= limit else { return }
    state.withLock { state in
      guard state.thumbnails.updateValue(thumbnail, forKey: picture) == nil else { return }
      state.order.append(picture)
      state.bytes += thumbnail.count
      var dropped = 0
      while state.bytes > limit {
        let oldest = state.order[dropped]
        state.bytes -= state.thumbnails.removeValue(forKey: oldest)?.count ?? 0
        dropped += 1
      }
      state.order.removeFirst(dropped)
    }
  }
}

import COpenBLAS

/// A 64-byte aligned block of floats, freed with its last owner.
///
/// Shared between tensors by reference; `Tensor` copies it before a write when it is not the only
/// owner, which is what makes the unchecked `Sendable` hold.
final class TensorStorage: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int
  private let block: UnsafeMutableRawPointer

  private static let alignment = 64

  /// Contents are undefined: the creator writes every element before anyone reads one.
  init(uninitializedCount count: Int) {
    _ = Self.allocatorIsTuned
    self.count = count
    // Aligned here: the allocator's own aligned blocks leave splinters before and behind them, and
    // cost several times a plain one.
    block = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Float>.stride + Self.alignment,
      alignment: MemoryLayout<Float>.alignment)
    pointer = block.alignedUp(toMultipleOf: Self.alignment)
      .bindMemory(to: Float.self, capacity: count)
  }

  deinit {
    block.deallocate()
  }

  /// Blocks of many megabytes come and go with every tile. Left alone, the allocator would hand
  /// each back to the kernel and fault its pages in again; keeping them is worth up to a tenth of
  /// a training step.
  private static let allocatorIsTuned: Bool = {
    let largestHeapBlock: Int32 = 32 << 20
    let heldBytes: Int32 = 1 << 30
    let growth: Int32 = 64 << 20
    return mallopt(M_ARENA_MAX, 1) == 1
      && mallopt(M_MMAP_THRESHOLD, largestHeapBlock) == 1
      && mallopt(M_TRIM_THRESHOLD, heldBytes) == 1
      && mallopt(M_TOP_PAD, growth) == 1
  }()
}

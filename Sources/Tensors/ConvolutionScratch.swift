/// Working memory of one thread's convolutions, reused from call to call.
public struct ConvolutionScratch: Sendable {
  /// Rows of an expanded map.
  var storage = Tensor.zeros([0])
  /// Filtered rows.
  var filtered = Tensor.zeros([0])
  /// Unfolded patches.
  var patches = Tensor.zeros([0])

  /// Nothing reserved yet.
  public init() {}

  mutating func reserve(_ count: Int) {
    if storage.count < count { storage = Tensor(uninitializedShape: [count]) }
  }

  mutating func reserveFiltered(_ count: Int) {
    if filtered.count < count { filtered = Tensor(uninitializedShape: [count]) }
  }

  mutating func reservePatches(_ count: Int) {
    if patches.count < count { patches = Tensor(uninitializedShape: [count]) }
  }
}

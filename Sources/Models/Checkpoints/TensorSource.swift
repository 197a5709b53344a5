import Layers
import Tensors

/// Tensors by name, whatever format they are stored in.
public protocol TensorSource {
  /// The file's name in error messages.
  var name: String { get }
  /// The tensors' names.
  var names: [String] { get }
  /// Numbers that the file stores, in all tensors together.
  var storedCount: Int { get }
  /// A floating-point tensor that must have a given shape.
  func tensor(_ name: String, shape: [Int]) throws(LayersError) -> Tensor
  /// An integer tensor's elements in row-major order.
  func integers(_ name: String) throws(LayersError) -> [Int64]
}

extension SafetensorsFile: TensorSource {
  /// Numbers in all tensors together.
  public var storedCount: Int { entries.reduce(0) { $0 + $1.count } }
}

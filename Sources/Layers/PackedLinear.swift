import Tensors

/// A linear layer laid out for many small products: packed once, then applied tile after tile.
///
/// The same y = x Wᵀ + b as `Linear`, which stays the home of the parameters and of their gradient.
public struct PackedLinear: Sendable {
  private let bias: Tensor
  /// Wᵀ: [inputs, outputs].
  private let outputs: PackedMatrix
  /// W: [outputs, inputs].
  private let inputs: PackedMatrix

  /// Packs both directions of a layer.
  public init(_ linear: Linear) {
    bias = linear.bias
    outputs = PackedMatrix(linear.weight, .transposed)
    inputs = PackedMatrix(linear.weight)
  }

  /// - Parameters:
  ///   - input: [rows, inputs].
  ///   - activation: what becomes of the outputs.
  /// - Returns: [rows, outputs].
  public func callAsFunction(
    _ input: Tensor, activation: Activation = .none, workers: Workers = .single
  ) -> Tensor {
    .product(
      input, .asStored, outputs, bias: bias, activation: activation, workers: workers)
  }

  /// The output for an input of zeros: [rows, outputs].
  public func outputOfZeros(rows: Int) -> Tensor { Tensor(repeatingRow: bias, rows: rows) }

  /// The gradient of the input: dy · W.
  public func inputGradient(_ outputGradient: Tensor, workers: Workers = .single) -> Tensor {
    .product(outputGradient, .asStored, inputs, workers: workers)
  }

  /// Adds the gradient of the input to `sum`.
  public func addInputGradient(
    _ outputGradient: Tensor, to sum: inout Tensor, workers: Workers = .single
  ) {
    sum.addProduct(outputGradient, .asStored, inputs, workers: workers)
  }

  /// Adds x Wᵀ to `sum`.
  public func addOutput(of input: Tensor, to sum: inout Tensor, workers: Workers = .single) {
    sum.addProduct(input, .asStored, outputs, workers: workers)
  }

  /// The tangent of the output along `direction` of the parameters and `inputTangent` of the
  /// input.
  public func tangent(
    of input: Tensor, _ inputTangent: Tensor, along direction: PackedLinear,
    workers: Workers = .single
  ) -> Tensor {
    var result = direction(input, workers: workers)
    addOutput(of: inputTangent, to: &result, workers: workers)
    return result
  }
}

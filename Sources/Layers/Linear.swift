import Tensors

/// y = x Wᵀ + b.
public struct Linear: Parameterized {
  /// W: [outputs, inputs].
  public var weight: Tensor
  /// b: [outputs].
  public var bias: Tensor

  /// - Parameters:
  ///   - weight: [outputs, inputs].
  ///   - bias: [outputs].
  public init(weight: Tensor, bias: Tensor) {
    precondition(weight.rank == 2 && bias.count == weight.shape[0])
    self.weight = weight
    self.bias = bias
  }

  /// Weights uniform ±√(6 / (inputs + outputs)) and no bias, as the similarity network begins.
  public init(inputs: Int, outputs: Int, generator: inout RandomGenerator) {
    let bound = (6 / Float(inputs + outputs)).squareRoot()
    self.init(
      weight: generator.uniform([outputs, inputs], bound: bound), bias: .zeros([outputs]))
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try visit(prefix + "weight", &weight)
    try visit(prefix + "bias", &bias)
  }

  /// - Parameter input: [rows, inputs].
  /// - Returns: [rows, outputs].
  public func callAsFunction(_ input: Tensor, workers: Workers = .single) -> Tensor {
    var output = Tensor(repeatingRow: bias, rows: input.rows)
    output.addProduct(input, .asStored, weight, .transposed, workers: workers)
    return output
  }

  /// Adds to this gradient what the gradient of the output for an input means for W and b.
  public mutating func accumulateGradient(
    of input: Tensor, _ outputGradient: Tensor, workers: Workers = .single
  ) {
    weight.addProduct(outputGradient, .transposed, input, .asStored, workers: workers)
    bias.add(outputGradient.columnSums())
  }

  /// The gradient of the input: dy · W.
  public func inputGradient(_ outputGradient: Tensor, workers: Workers = .single) -> Tensor {
    .product(outputGradient, .asStored, weight, .asStored, workers: workers)
  }

  /// The tangent of the output along `direction` of the parameters and `inputTangent` of the
  /// input; nil stands for an input that does not change.
  public func tangent(
    of input: Tensor, _ inputTangent: Tensor?, along direction: Linear,
    workers: Workers = .single
  ) -> Tensor {
    var result = direction(input, workers: workers)
    if let inputTangent {
      result.addProduct(inputTangent, .asStored, weight, .transposed, workers: workers)
    }
    return result
  }
}

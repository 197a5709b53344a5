import Layers
import Tensors

/// V, the meta network of MSCN (CVPR 2023): V(s) = σ(w₂ · ReLU(W₁ s + b₁) + b₂).
///
/// It takes the place of the similarity head: the similarity of a pair is V of its similarity
/// vector, in [0, 1]. Its parameters are the paper's Θ.
public struct MetaNetwork: Parameterized {
  /// W₁ and b₁: [hidden, m].
  public var hidden: Linear
  /// w₂ and b₂: [1, hidden].
  public var output: Linear

  /// Both layers, weight and bias, uniform ±1/√inputs.
  public init(_ configuration: SimilarityConfiguration, generator: inout RandomGenerator) {
    func layer(_ inputs: Int, _ outputs: Int) -> Linear {
      let bound = 1 / Float(inputs).squareRoot()
      return Linear(
        weight: generator.uniform([outputs, inputs], bound: bound),
        bias: generator.uniform([outputs], bound: bound))
    }
    hidden = layer(configuration.similarityDimension, configuration.metaHidden)
    output = layer(configuration.metaHidden, 1)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try hidden.visitParameters(prefix: prefix + "first_hidden_layer.fc.", visit)
    try output.visitParameters(prefix: prefix + "output_layer.", visit)
  }

  /// What a pass leaves behind for its derivatives.
  public struct Tape: Sendable {
    let vectors: Tensor
    let hidden: Tensor
    /// V of each similarity vector: [pairs].
    public let similarities: Tensor
  }

  /// - Parameter vectors: [pairs, m].
  public func forward(_ vectors: Tensor, workers: Workers = .single) -> Tape {
    var activations = hidden(vectors, workers: workers)
    activations.rectify()
    var similarities = output(activations)
    similarities.applyLogistic()
    return Tape(
      vectors: vectors, hidden: activations,
      similarities: similarities.reshaped([vectors.rows]))
  }

  /// Adds the gradients of Θ, and returns those of the similarity vectors.
  /// - Parameter similarityGradient: [pairs].
  public func reverse(
    _ tape: Tape, _ similarityGradient: Tensor, into gradient: inout MetaNetwork
  ) -> Tensor {
    var logitGradient = similarityGradient.reshaped([tape.hidden.rows, 1])
    logitGradient.multiplyByLogisticSlope(at: tape.similarities)
    gradient.output.accumulateGradient(of: tape.hidden, logitGradient)
    var hiddenGradient = output.inputGradient(logitGradient)
    hiddenGradient.mask(wherePositive: tape.hidden)
    gradient.hidden.accumulateGradient(of: tape.vectors, hiddenGradient)
    return hidden.inputGradient(hiddenGradient)
  }

  /// The gradient for Θ of Σ_p k_p ⟨∂V/∂s(s_p; Θ), ṡ_p⟩: how the pairs' pull on the look-ahead,
  /// seen along the tangents ṡ, changes with Θ.
  ///
  /// With z = w₂ · h + b₂, h = ReLU(u), the sum is Σ_p k_p σ′(z) ż, ż = w₂ · (1[u > 0] ∘ W₁ ṡ).
  ///
  /// - Parameters:
  ///   - tangents: ṡ: [pairs, m].
  ///   - weights: k: [pairs].
  public func tangentGradient(_ tape: Tape, tangents: Tensor, weights: Tensor) -> MetaNetwork {
    var gradient = zeroed()
    var hiddenTangent = Tensor.product(tangents, .asStored, hidden.weight, .transposed)
    hiddenTangent.mask(wherePositive: tape.hidden)
    let logitTangent = Tensor.product(hiddenTangent, .asStored, output.weight, .transposed)

    // d/dż = k σ′(z) and d/dz = k σ″(z) ż, with σ′ = σ (1 − σ) and σ″ = σ′ (1 − 2 σ).
    let pairs = tape.similarities.count
    var tangentFactor = Tensor.zeros([pairs, 1])
    var logitFactor = Tensor.zeros([pairs, 1])
    for pair in 0..<pairs {
      let similarity = tape.similarities[pair]
      let slope = similarity * (1 - similarity)
      tangentFactor[pair] = weights[pair] * slope
      logitFactor[pair] =
        weights[pair] * slope * (1 - 2 * similarity) * logitTangent[pair]
    }
    gradient.output.weight.addProduct(tangentFactor, .transposed, hiddenTangent)
    gradient.output.weight.addProduct(logitFactor, .transposed, tape.hidden)
    gradient.output.bias.add(logitFactor.columnSums())

    var throughTangent = output.inputGradient(tangentFactor)
    throughTangent.mask(wherePositive: tape.hidden)
    gradient.hidden.weight.addProduct(throughTangent, .transposed, tangents)
    var throughValue = output.inputGradient(logitFactor)
    throughValue.mask(wherePositive: tape.hidden)
    gradient.hidden.accumulateGradient(of: tape.vectors, throughValue)
    return gradient
  }
}

import Tensors

/// What decides how a network behaves apart from its parameters.
public enum Mode: Sendable {
  /// Batch statistics in BatchNorm; dropout masks, where given, apply.
  case training
  /// Running statistics in BatchNorm, no dropout.
  case evaluation
}

/// Batch normalisation (Ioffe and Szegedy, 2015) as PyTorch's BatchNorm1d: epsilon 1e-5,
/// momentum 0.1, biased variance to normalise, unbiased variance into the running one.
public struct BatchNorm: Parameterized {
  /// γ: [channels].
  public var weight: Tensor
  /// β: [channels].
  public var bias: Tensor
  /// Moves with each training step; normalises in evaluation: [channels].
  public var runningMean: Tensor
  /// Moves with each training step; normalises in evaluation: [channels].
  public var runningVariance: Tensor
  /// How many training steps moved the running statistics.
  public var batchesTracked: Int

  /// The ε in the root.
  public static let epsilon: Float = 1e-5
  /// The share of a new batch in the running statistics.
  public static let momentum: Float = 0.1

  /// γ = 1, β = 0, running mean 0 and variance 1.
  public init(channels: Int) {
    weight = Tensor(repeating: 1, shape: [channels])
    bias = .zeros([channels])
    runningMean = .zeros([channels])
    runningVariance = Tensor(repeating: 1, shape: [channels])
    batchesTracked = 0
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try visit(prefix + "weight", &weight)
    try visit(prefix + "bias", &bias)
  }

  /// Visits the running statistics, which belong to a checkpoint but not to a gradient.
  public mutating func visitStatistics(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try visit(prefix + "running_mean", &runningMean)
    try visit(prefix + "running_var", &runningVariance)
  }

  /// The normalised, not yet scaled input: the tape of this layer.
  public func normalize(
    _ input: Tensor, _ layout: ChannelLayout, mode: Mode, workers: Workers = .single
  ) -> ChannelNormalization {
    switch mode {
    case .training:
      ChannelNormalization(input, layout, epsilon: Self.epsilon, workers: workers)
    case .evaluation:
      ChannelNormalization(
        input, layout, means: runningMean, variances: runningVariance, epsilon: Self.epsilon,
        workers: workers)
    }
  }

  /// γ x̂ + β.
  public func output(
    of tape: ChannelNormalization, _ layout: ChannelLayout, workers: Workers = .single
  ) -> Tensor {
    var output = tape.output
    output.scaleChannels(by: weight, adding: bias, layout, workers: workers)
    return output
  }

  /// Adds the gradients of γ and β, and returns that of the input.
  public func reverse(
    _ tape: ChannelNormalization, _ layout: ChannelLayout, _ outputGradient: Tensor,
    into gradient: inout BatchNorm, workers: Workers = .single
  ) -> Tensor {
    let (sums, products) = ChannelNormalization.channelSums(
      of: outputGradient, times: tape.output, layout, workers: workers)
    gradient.bias.add(Tensor(sums.map { Float($0) }))
    gradient.weight.add(Tensor(products.map { Float($0) }))
    var scaled = outputGradient
    scaled.scaleChannels(by: weight, layout, workers: workers)
    return tape.jacobianProduct(scaled, workers: workers)
  }

  /// The tangent of the output: γ J ẋ + γ̇ x̂ + β̇.
  public func tangent(
    _ tape: ChannelNormalization, _ layout: ChannelLayout, _ inputTangent: Tensor,
    along direction: BatchNorm, workers: Workers = .single
  ) -> Tensor {
    var result = tape.jacobianProduct(inputTangent, workers: workers)
    result.scaleChannels(by: weight, layout, workers: workers)
    result.add(direction.output(of: tape, layout, workers: workers), workers: workers)
    return result
  }

  /// Moves the running statistics towards those of one training batch.
  public mutating func moveStatistics(towards tape: ChannelNormalization) {
    let count = Float(tape.countPerChannel)
    let unbiased = count > 1 ? count / (count - 1) : 1
    runningMean.scale(by: 1 - Self.momentum)
    runningMean.add(tape.means, scaledBy: Self.momentum)
    runningVariance.scale(by: 1 - Self.momentum)
    runningVariance.add(tape.variances, scaledBy: Self.momentum * unbiased)
    batchesTracked += 1
  }
}

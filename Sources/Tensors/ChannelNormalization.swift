/// Mean and variance of each channel of a tensor seen as [outer, channels, inner], and the centred
/// and scaled tensor: the data-dependent half of a BatchNorm.
public struct ChannelNormalization: Sendable {
  /// (x − μ) / √(σ² + ε), in the shape of the input.
  public let output: Tensor
  /// μ: [channels].
  public let means: Tensor
  /// The biased σ²: [channels].
  public let variances: Tensor
  /// How many numbers each channel has.
  public let countPerChannel: Int

  private let layout: ChannelLayout
  private let inverseDeviations: [Float]
  private let usesBatchStatistics: Bool

  /// Normalises with the statistics of `input` itself.
  public init(_ input: Tensor, _ layout: ChannelLayout, epsilon: Float) {
    var sums = [Double](repeating: 0, count: layout.channels)
    input.forEachChannelRun(layout) { channel, run in
      for index in 0..<layout.inner { sums[channel] += Double(run[index]) }
    }
    let count = Double(max(layout.outer * layout.inner, 1))
    let means = sums.map { $0 / count }
    var squares = [Double](repeating: 0, count: layout.channels)
    input.forEachChannelRun(layout) { channel, run in
      let mean = means[channel]
      var sum = 0.0
      for index in 0..<layout.inner {
        let distance = Double(run[index]) - mean
        sum += distance * distance
      }
      squares[channel] += sum
    }
    self.init(
      input, layout, means: Tensor(means.map { Float($0) }),
      variances: Tensor(squares.map { Float($0 / count) }), epsilon: epsilon,
      usesBatchStatistics: true)
  }

  /// Normalises with given statistics, which are then constants to the derivatives.
  public init(
    _ input: Tensor, _ layout: ChannelLayout, means: Tensor, variances: Tensor, epsilon: Float
  ) {
    self.init(
      input, layout, means: means, variances: variances, epsilon: epsilon,
      usesBatchStatistics: false)
  }

  private init(
    _ input: Tensor, _ layout: ChannelLayout, means: Tensor, variances: Tensor, epsilon: Float,
    usesBatchStatistics: Bool
  ) {
    precondition(input.count == layout.count, "layout \(layout) of shape \(input.shape)")
    precondition(means.count == layout.channels && variances.count == layout.channels)
    let inverse = variances.elements.map { 1 / ($0 + epsilon).squareRoot() }
    var output = input
    output.mapChannelRuns(layout) { channel, run in
      let mean = means[channel]
      let factor = inverse[channel]
      for index in 0..<layout.inner { run[index] = (run[index] - mean) * factor }
    }
    self.output = output
    self.means = means
    self.variances = variances
    self.layout = layout
    self.usesBatchStatistics = usesBatchStatistics
    inverseDeviations = inverse
    countPerChannel = layout.outer * layout.inner
  }

  /// The (symmetric) Jacobian times `direction`: (d − mean d − x̂ · mean(x̂ d)) / √(σ² + ε), or
  /// only the division where the statistics were given.
  public func jacobianProduct(_ direction: Tensor) -> Tensor {
    precondition(direction.count == output.count, "shapes \(direction.shape), \(output.shape)")
    var result = direction
    guard usesBatchStatistics else {
      result.mapChannelRuns(layout) { channel, run in
        for index in 0..<layout.inner { run[index] *= inverseDeviations[channel] }
      }
      return result
    }
    let (sums, projections) = Self.channelSums(of: direction, times: output, layout)
    let count = Double(max(countPerChannel, 1))
    result.combineChannelRuns(with: output, layout) { channel, run, normalized in
      let mean = Float(sums[channel] / count)
      let along = Float(projections[channel] / count)
      let factor = inverseDeviations[channel]
      for index in 0..<layout.inner {
        run[index] = (run[index] - mean - normalized[index] * along) * factor
      }
    }
    return result
  }

  /// For each channel the sum of `tensor`, and of its products with `other`.
  public static func channelSums(
    of tensor: Tensor, times other: Tensor, _ layout: ChannelLayout
  ) -> (sums: [Double], products: [Double]) {
    var sums = [Double](repeating: 0, count: layout.channels)
    var products = sums
    precondition(tensor.count == layout.count && other.count == layout.count)
    tensor.withPointer { tensor in
      other.withPointer { other in
        for line in 0..<layout.outer * layout.channels {
          let channel = line % layout.channels
          let run = tensor + line * layout.inner
          var sum = 0.0
          for index in 0..<layout.inner { sum += Double(run[index]) }
          sums[channel] += sum
          products[channel] += Double(
            dotProduct(run, other + line * layout.inner, layout.inner))
        }
      }
    }
    return (sums, products)
  }
}

/// How a tensor's elements are spread over channels: element (o, c, i) of [outer, channels, inner]
/// belongs to channel c.
public struct ChannelLayout: Sendable, Equatable {
  /// Extent before the channels.
  public let outer: Int
  /// Number of channels.
  public let channels: Int
  /// Extent after the channels.
  public let inner: Int

  /// - Throws: nothing; extents must not be negative.
  public init(outer: Int, channels: Int, inner: Int) {
    precondition(outer >= 0 && channels >= 0 && inner >= 0)
    self.outer = outer
    self.channels = channels
    self.inner = inner
  }

  var count: Int { outer * channels * inner }
}

extension Tensor {
  /// Multiplies each channel by its own factor, and adds its own term.
  public mutating func scaleChannels(
    by factors: Tensor, adding terms: Tensor? = nil, _ layout: ChannelLayout
  ) {
    precondition(factors.count == layout.channels)
    mapChannelRuns(layout) { channel, run in
      let factor = factors[channel]
      let term = terms?[channel] ?? 0
      for index in 0..<layout.inner { run[index] = run[index] * factor + term }
    }
  }

  func forEachChannelRun(
    _ layout: ChannelLayout, _ body: (Int, UnsafePointer<Float>) -> Void
  ) {
    precondition(count == layout.count, "layout \(layout) of shape \(shape)")
    withPointer { pointer in
      for line in 0..<layout.outer * layout.channels {
        body(line % layout.channels, pointer + line * layout.inner)
      }
    }
  }

  mutating func mapChannelRuns(
    _ layout: ChannelLayout, _ body: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    precondition(count == layout.count, "layout \(layout) of shape \(shape)")
    withMutablePointer { pointer in
      for line in 0..<layout.outer * layout.channels {
        body(line % layout.channels, pointer + line * layout.inner)
      }
    }
  }

  mutating func combineChannelRuns(
    with other: Tensor, _ layout: ChannelLayout,
    _ body: (Int, UnsafeMutablePointer<Float>, UnsafePointer<Float>) -> Void
  ) {
    precondition(count == layout.count && other.count == count)
    other.withPointer { other in
      withMutablePointer { pointer in
        for line in 0..<layout.outer * layout.channels {
          body(
            line % layout.channels, pointer + line * layout.inner, other + line * layout.inner)
        }
      }
    }
  }
}

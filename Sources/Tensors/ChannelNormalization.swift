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
  public init(
    _ input: Tensor, _ layout: ChannelLayout, epsilon: Float, workers: Workers = .single
  ) {
    let count = Double(max(layout.outer * layout.inner, 1))
    let means = input.channelSums(layout, workers) { _, run in
      Double(rowSum(run, layout.inner))
    }.map { Float($0 / count) }
    let variances = input.channelSums(layout, workers) { channel, run in
      Double(squaredDistance(run, from: means[channel], layout.inner))
    }.map { Float($0 / count) }
    self.init(
      input, layout, means: Tensor(means), variances: Tensor(variances), epsilon: epsilon,
      usesBatchStatistics: true, workers: workers)
  }

  /// Normalises with given statistics, which are then constants to the derivatives.
  public init(
    _ input: Tensor, _ layout: ChannelLayout, means: Tensor, variances: Tensor, epsilon: Float,
    workers: Workers = .single
  ) {
    self.init(
      input, layout, means: means, variances: variances, epsilon: epsilon,
      usesBatchStatistics: false, workers: workers)
  }

  private init(
    _ input: Tensor, _ layout: ChannelLayout, means: Tensor, variances: Tensor, epsilon: Float,
    usesBatchStatistics: Bool, workers: Workers
  ) {
    precondition(input.count == layout.count, "layout \(layout) of shape \(input.shape)")
    precondition(means.count == layout.channels && variances.count == layout.channels)
    let inverse = variances.elements.map { 1 / ($0 + epsilon).squareRoot() }
    var output = input
    let centers = means.elements
    output.mapChannelRuns(layout, workers) { channel, run in
      let mean = centers[channel]
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
  public func jacobianProduct(_ direction: Tensor, workers: Workers = .single) -> Tensor {
    precondition(direction.count == output.count, "shapes \(direction.shape), \(output.shape)")
    var result = direction
    guard usesBatchStatistics else {
      result.mapChannelRuns(layout, workers) { channel, run in
        let factor = inverseDeviations[channel]
        for index in 0..<layout.inner { run[index] *= factor }
      }
      return result
    }
    let (sums, projections) = Self.channelSums(
      of: direction, times: output, layout, workers: workers)
    let count = Double(max(countPerChannel, 1))
    result.combineChannelRuns(with: output, layout, workers) { channel, run, normalized in
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
    of tensor: Tensor, times other: Tensor, _ layout: ChannelLayout, workers: Workers = .single
  ) -> (sums: [Double], products: [Double]) {
    precondition(other.count == layout.count, "layout \(layout) of shape \(other.shape)")
    let sums = tensor.channelSums(layout, workers) { _, run in Double(rowSum(run, layout.inner)) }
    let products = tensor.withPointer { start in
      other.withPointer { other in
        let start = SharedPointer(start)
        let other = SharedPointer(other)
        return tensor.channelSums(layout, workers) { _, run in
          Double(dotProduct(run, other.pointer + (run - start.pointer), layout.inner))
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
    by factors: Tensor, adding terms: Tensor? = nil, _ layout: ChannelLayout,
    workers: Workers = .single
  ) {
    precondition(factors.count == layout.channels)
    let factors = factors.elements
    let terms = terms?.elements
    mapChannelRuns(layout, workers) { channel, run in
      let factor = factors[channel]
      let term = terms?[channel] ?? 0
      for index in 0..<layout.inner { run[index] = run[index] * factor + term }
    }
  }

  /// For each channel the sum of `body` over its runs, in their order.
  func channelSums(
    _ layout: ChannelLayout, _ workers: Workers,
    _ body: @Sendable (Int, UnsafePointer<Float>) -> Double
  ) -> [Double] {
    precondition(count == layout.count, "layout \(layout) of shape \(shape)")
    return withPointer { pointer in
      let source = SharedPointer(pointer)
      let groups = layout.channelGroups(workers)
      return workers.map(groups.count) { group in
        var sums = [Double](repeating: 0, count: groups[group].count)
        for outer in 0..<layout.outer {
          for (index, channel) in groups[group].enumerated() {
            let line = outer * layout.channels + channel
            sums[index] += body(channel, source.pointer + line * layout.inner)
          }
        }
        return sums
      }.flatMap { $0 }
    }
  }

  mutating func mapChannelRuns(
    _ layout: ChannelLayout, _ workers: Workers,
    _ body: @Sendable (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    precondition(count == layout.count, "layout \(layout) of shape \(shape)")
    withMutablePointer { pointer in
      let target = SharedMutablePointer(pointer)
      layout.forEachRun(workers) { channel, start in body(channel, target.pointer + start) }
    }
  }

  mutating func combineChannelRuns(
    with other: Tensor, _ layout: ChannelLayout, _ workers: Workers,
    _ body: @Sendable (Int, UnsafeMutablePointer<Float>, UnsafePointer<Float>) -> Void
  ) {
    precondition(count == layout.count && other.count == count)
    other.withPointer { other in
      withMutablePointer { pointer in
        let source = SharedPointer(other)
        let target = SharedMutablePointer(pointer)
        layout.forEachRun(workers) { channel, start in
          body(channel, target.pointer + start, source.pointer + start)
        }
      }
    }
  }
}

extension ChannelLayout {
  /// The channels in a few groups of neighbours, for the workers. Channels do not depend on each
  /// other, so where they are cut changes no bit.
  fileprivate func channelGroups(_ workers: Workers) -> [Range<Int>] {
    let groups = max(1, min(channels, workers.count == 1 ? 1 : 4 * workers.count))
    return (0..<groups).map { $0 * channels / groups..<($0 + 1) * channels / groups }
  }

  /// Calls `body` with each run's channel and first element.
  fileprivate func forEachRun(_ workers: Workers, _ body: @Sendable (Int, Int) -> Void) {
    let groups = channelGroups(workers)
    workers.forEach(groups.count) { group in
      for line in 0..<outer {
        for channel in groups[group] { body(channel, (line * channels + channel) * inner) }
      }
    }
  }
}

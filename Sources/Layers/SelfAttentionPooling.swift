import Tensors

/// Inverted-dropout masks for one pass of a pooling layer; nil where nothing is dropped.
public struct PoolingDropout: Sendable {
  /// Mask after the tanh of the local branch: [rows, width].
  public let local: Tensor
  /// Mask after the tanh of the global branch: [segments, width].
  public let global: Tensor

  /// Draws both masks; returns nil for a rate of zero.
  public init?(
    rows: Int, segments: Int, width: Int, rate: Float, generator: inout RandomGenerator
  ) {
    guard rate > 0 else { return nil }
    local = generator.dropoutMask([rows, width], rate: rate)
    global = generator.dropoutMask([segments, width], rate: rate)
  }
}

/// The global vector of an image's regions or a caption's words (SGRAF, section 3.2):
/// l2norm(Σ_r a_r x_r), a = softmax_r(w · (tanh(BN(W_l x_r)) ∘ tanh(BN(W_g mean x))) + b).
///
/// Images have the two BatchNorms, captions do not.
public struct SelfAttentionPooling: Parameterized {
  /// W_l: [width, width].
  public var local: Linear
  /// Over the regions as channels; images only.
  public var localNorm: BatchNorm?
  /// W_g: [width, width].
  public var global: Linear
  /// Over the features as channels; images only.
  public var globalNorm: BatchNorm?
  /// w and b: [1, width].
  public var common: Linear

  /// For images: `regions` rows in each segment, each a channel of the local BatchNorm.
  public init(width: Int, regions: Int, generator: inout RandomGenerator) {
    self.init(width: width, generator: &generator)
    localNorm = BatchNorm(channels: regions)
    globalNorm = BatchNorm(channels: width)
  }

  /// For captions: segments of any length.
  public init(width: Int, generator: inout RandomGenerator) {
    local = Linear(inputs: width, outputs: width, generator: &generator)
    global = Linear(inputs: width, outputs: width, generator: &generator)
    common = Linear(inputs: width, outputs: 1, generator: &generator)
  }

  /// Calls `visit` with each trainable tensor under its published name.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try local.visitParameters(prefix: prefix + "embedding_local.0.", visit)
    try localNorm?.visitParameters(prefix: prefix + "embedding_local.1.", visit)
    try global.visitParameters(prefix: prefix + "embedding_global.0.", visit)
    try globalNorm?.visitParameters(prefix: prefix + "embedding_global.1.", visit)
    try common.visitParameters(prefix: prefix + "embedding_common.0.", visit)
  }

  /// Visits the BatchNorms, whose running statistics belong to a checkpoint.
  public mutating func visitNorms(
    prefix: String, _ visit: (String, inout BatchNorm) throws -> Void
  ) rethrows {
    if var norm = localNorm {
      try visit(prefix + "embedding_local.1.", &norm)
      localNorm = norm
    }
    if var norm = globalNorm {
      try visit(prefix + "embedding_global.1.", &norm)
      globalNorm = norm
    }
  }

  /// What a pass leaves behind for its derivatives.
  public struct Tape: Sendable {
    let rows: Tensor
    let segments: Segments
    let means: Tensor
    /// Over the regions as channels; images only.
    public let localNorm: ChannelNormalization?
    /// Over the features as channels; images only.
    public let globalNorm: ChannelNormalization?
    let localTanh: Tensor
    let globalTanh: Tensor
    let dropout: PoolingDropout?
    let localBranch: Tensor
    let globalBranch: Tensor
    let query: Tensor
    let weights: Tensor
    let pooled: NormalizedRows

    /// The global vectors: [segments, width].
    public var output: Tensor { pooled.output }
  }

  /// - Parameters:
  ///   - rows: [rows of all segments, width].
  ///   - segments: which rows belong together.
  ///   - dropout: masks, in training.
  public func forward(
    _ rows: Tensor, _ segments: Segments, mode: Mode, dropout: PoolingDropout?,
    workers: Workers = .single
  ) -> Tape {
    let means = rows.segmentMeans(segments)
    var localTanh = local(rows, workers: workers)
    let localTape = localNorm?.normalize(
      localTanh, localLayout(segments), mode: mode, workers: workers)
    if let localTape, let localNorm {
      localTanh = localNorm.output(of: localTape, localLayout(segments), workers: workers)
    }
    localTanh.applyTanh(workers: workers)
    var globalTanh = global(means, workers: workers)
    let globalTape = globalNorm?.normalize(
      globalTanh, globalLayout(segments), mode: mode, workers: workers)
    if let globalTape, let globalNorm {
      globalTanh = globalNorm.output(of: globalTape, globalLayout(segments))
    }
    globalTanh.applyTanh(workers: workers)

    let localBranch = dropout.map { localTanh.multiplied(by: $0.local, workers: workers) }
    let globalBranch = dropout.map { globalTanh.multiplied(by: $0.global) }
    let query = (globalBranch ?? globalTanh).timesEachRow(common.weight)
    var weights = (localBranch ?? localTanh).segmentDots(with: query, segments)
    weights.softmaxSegments(segments)
    return Tape(
      rows: rows, segments: segments, means: means, localNorm: localTape, globalNorm: globalTape,
      localTanh: localTanh, globalTanh: globalTanh, dropout: dropout,
      localBranch: localBranch ?? localTanh, globalBranch: globalBranch ?? globalTanh,
      query: query, weights: weights,
      pooled: NormalizedRows(rows.segmentWeightedSums(weights, segments)))
  }

  /// Adds the gradients of the parameters, and returns that of the rows.
  public func reverse(
    _ tape: Tape, _ outputGradient: Tensor, into gradient: inout SelfAttentionPooling,
    workers: Workers = .single
  ) -> Tensor {
    let segments = tape.segments
    let pooledGradient = tape.pooled.jacobianProduct(outputGradient)
    var rowGradient = Tensor.zeros(tape.rows.shape)
    rowGradient.addSegmentRows(pooledGradient, weightedBy: tape.weights, segments)
    let logitGradient = tape.weights.softmaxSegmentsJacobianProduct(
      tape.rows.segmentDots(with: pooledGradient, segments), segments)

    let queryGradient = tape.localBranch.segmentWeightedSums(logitGradient, segments)
    gradient.common.weight.add(
      queryGradient.multiplied(by: tape.globalBranch).columnSums())
    gradient.common.bias[0] += Float(logitGradient.sum())

    var globalGradient = queryGradient.timesEachRow(common.weight)
    if let dropout = tape.dropout { globalGradient.multiply(by: dropout.global) }
    globalGradient.multiplyByTanhSlope(at: tape.globalTanh)
    if let norm = globalNorm, let normTape = tape.globalNorm, var normGradient = gradient.globalNorm
    {
      globalGradient = norm.reverse(
        normTape, globalLayout(segments), globalGradient, into: &normGradient, workers: workers)
      gradient.globalNorm = normGradient
    }
    gradient.global.accumulateGradient(
      of: tape.means, globalGradient, workers: workers)
    rowGradient.addSegmentRows(
      global.inputGradient(globalGradient, workers: workers), segments, dividedByLength: true)

    var localGradient = Tensor.zeros(tape.rows.shape)
    localGradient.addSegmentRows(tape.query, weightedBy: logitGradient, segments)
    if let dropout = tape.dropout {
      localGradient.multiply(by: dropout.local, workers: workers)
    }
    localGradient.multiplyByTanhSlope(at: tape.localTanh, workers: workers)
    if let norm = localNorm, let normTape = tape.localNorm, var normGradient = gradient.localNorm {
      localGradient = norm.reverse(
        normTape, localLayout(segments), localGradient, into: &normGradient, workers: workers)
      gradient.localNorm = normGradient
    }
    gradient.local.accumulateGradient(
      of: tape.rows, localGradient, workers: workers)
    rowGradient.addProduct(localGradient, .asStored, local.weight, .asStored, workers: workers)
    return rowGradient
  }

  /// The tangent of the global vectors along a direction of the parameters and of the rows.
  public func tangent(
    _ tape: Tape, _ rowTangent: Tensor, along direction: SelfAttentionPooling,
    workers: Workers = .single
  ) -> Tensor {
    let segments = tape.segments
    var globalTangent = global.tangent(
      of: tape.means, rowTangent.segmentMeans(segments), along: direction.global,
      workers: workers)
    if let norm = globalNorm, let normTape = tape.globalNorm,
      let normDirection = direction.globalNorm
    {
      globalTangent = norm.tangent(
        normTape, globalLayout(segments), globalTangent, along: normDirection, workers: workers)
    }
    globalTangent.multiplyByTanhSlope(at: tape.globalTanh)
    if let dropout = tape.dropout { globalTangent.multiply(by: dropout.global) }
    var localTangent = local.tangent(
      of: tape.rows, rowTangent, along: direction.local, workers: workers)
    if let norm = localNorm, let normTape = tape.localNorm,
      let normDirection = direction.localNorm
    {
      localTangent = norm.tangent(
        normTape, localLayout(segments), localTangent, along: normDirection, workers: workers)
    }
    localTangent.multiplyByTanhSlope(at: tape.localTanh, workers: workers)
    if let dropout = tape.dropout { localTangent.multiply(by: dropout.local, workers: workers) }

    var queryTangent = globalTangent.timesEachRow(common.weight)
    queryTangent.add(tape.globalBranch.timesEachRow(direction.common.weight))
    var logitTangent = localTangent.segmentDots(with: tape.query, segments)
    logitTangent.add(tape.localBranch.segmentDots(with: queryTangent, segments))
    let weightTangent = tape.weights.softmaxSegmentsJacobianProduct(logitTangent, segments)
    var pooledTangent = tape.rows.segmentWeightedSums(weightTangent, segments)
    pooledTangent.add(rowTangent.segmentWeightedSums(tape.weights, segments))
    return tape.pooled.jacobianProduct(pooledTangent)
  }

  /// Moves the running statistics of the BatchNorms as one training step does.
  public mutating func moveStatistics(towards tape: Tape) {
    if let localTape = tape.localNorm { localNorm?.moveStatistics(towards: localTape) }
    if let globalTape = tape.globalNorm { globalNorm?.moveStatistics(towards: globalTape) }
  }

  /// Each of an image's regions is a channel.
  private func localLayout(_ segments: Segments) -> ChannelLayout {
    let regions = segments.count > 0 ? segments.length(0) : 0
    return ChannelLayout(
      outer: segments.count, channels: regions, inner: local.weight.shape[0])
  }

  /// Each feature is a channel.
  private func globalLayout(_ segments: Segments) -> ChannelLayout {
    ChannelLayout(outer: segments.count, channels: global.weight.shape[0], inner: 1)
  }
}

extension Tensor {
  /// Each row multiplied by `factors`, element by element.
  func timesEachRow(_ factors: Tensor) -> Tensor {
    var result = self
    result.scaleChannels(
      by: factors, ChannelLayout(outer: rows, channels: columns, inner: 1))
    return result
  }
}

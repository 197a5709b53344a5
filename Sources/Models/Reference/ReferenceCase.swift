import Layers
import Tensors

/// A golden case: a small network, a batch, a meta batch, and the numbers that the published
/// implementation computes from them.
public struct ReferenceCase: Sendable {
  /// The network and the meta network of the case.
  public let network: CorrectedNetwork
  /// The training batch of the case.
  public let batch: PairBatch
  /// The meta batch of the case.
  public let metaBatch: MetaBatch
  /// The step size of the look-ahead.
  public let learningRate: Float

  /// - Throws: `LayersError` naming the file and what is missing or misshapen in it.
  public init(_ file: SafetensorsFile) throws {
    func size(_ key: String) throws(LayersError) -> Int {
      guard let text = file.metadata[key], let value = Int(text) else {
        throw .malformed(file: file.name, detail: "its metadata lacks a number `\(key)`")
      }
      return value
    }
    guard
      let reasoning = file.metadata["module"].flatMap({ ReasoningKind(rawValue: $0.lowercased()) })
    else {
      throw LayersError.malformed(
        file: file.name, detail: "its metadata must name the module, SGR or SAF")
    }
    let configuration = SimilarityConfiguration(
      regionDimension: try size("img_dim"), regions: try size("regions"),
      vocabularySize: try size("vocab_size"), wordDimension: try size("word_dim"),
      embedSize: try size("embed_size"), similarityDimension: try size("sim_dim"),
      reasoning: reasoning, reasoningSteps: try size("sgr_step"),
      metaHidden: try size("meta_hidden"), dropout: 0)
    try configuration.requireFits(file)
    var generator = RandomGenerator(seed: 0)
    var network = CorrectedNetwork(configuration, generator: &generator)
    var reader = CheckpointReader(file)
    try reader.read(&network.similarity, prefix: "net.")
    try reader.readStatistics(&network.similarity, prefix: "net.")
    try reader.finish(prefix: "net.")
    try reader.read(&network.meta, prefix: "meta.")
    try reader.finish(prefix: "meta.")
    self.network = network
    batch = try Self.batch(file, prefix: "batch.", configuration)
    let pairs = try Self.batch(file, prefix: "metabatch.", configuration)
    metaBatch = MetaBatch(
      pairs: pairs,
      labels: try file.tensor("metabatch.labels", shape: [pairs.captionCount]).elements)
    learningRate = try file.tensor("metastep.lr", shape: [1])[0]
  }

  private static func batch(
    _ file: SafetensorsFile, prefix: String, _ configuration: SimilarityConfiguration
  ) throws -> PairBatch {
    let words = try file.integers(prefix + "captions")
    let lengths = try file.integers(prefix + "lengths").map(Int.init)
    guard let width = try file.entry(prefix + "captions").shape.last,
      words.count == width * lengths.count, lengths.allSatisfy({ $0 >= 1 && $0 <= width })
    else {
      throw LayersError.malformed(
        file: file.name, detail: "`\(prefix)lengths` does not fit `\(prefix)captions`")
    }
    guard words.allSatisfy({ $0 >= 0 && $0 < configuration.vocabularySize }) else {
      throw LayersError.malformed(
        file: file.name,
        detail: "`\(prefix)captions` holds a number outside of the vocabulary of "
          + "\(configuration.vocabularySize) words")
    }
    return PairBatch(
      features: try file.tensor(
        prefix + "images",
        shape: [lengths.count, configuration.regions, configuration.regionDimension]),
      captions: lengths.enumerated().map { index, length in
        words[index * width..<index * width + length].map { Int32($0) }
      })
  }

  /// Every tensor that Winnow computes for this case, under the golden keys.
  public func computedTensors(workers: Workers) -> [(name: String, value: Tensor)] {
    var results: [(name: String, value: Tensor)] = []
    let count = batch.imageCount
    results.append(
      ("eval.similarity", network.similarityMatrix(batch, mode: .evaluation, workers: workers)))
    results.append(
      ("eval.similarity_matched", network.matchedSimilarities(batch, workers: workers)))
    results.append(
      ("train.similarity", network.similarityMatrix(batch, mode: .training, workers: workers)))

    let warmup = network.warmupGradients(batch, loss: .published, dropout: nil, workers: workers)
    results.append(("warmup.loss", Tensor([Float(warmup.loss)])))
    for (name, value) in warmup.similarity.parameters {
      results.append(("warmup.grad.net." + name, value))
    }
    for (name, value) in warmup.meta.parameters {
      results.append(("warmup.grad.meta." + name, value))
    }

    let mainBatch = network.mainBatch(batch, dropout: nil, workers: workers)
    let main = network.mainGradient(mainBatch, workers: workers)
    results.append(("main.loss", Tensor([Float(main.loss)])))
    for (name, value) in main.gradient.parameters {
      results.append(("main.grad.net." + name, value))
    }

    let metaStep = network.metaGradient(
      metaBatch, after: mainBatch, learningRate: learningRate, dropout: nil, workers: workers)
    results.append(("metastep.output", metaStep.similarities.reshaped([count])))
    results.append(("metastep.loss", Tensor([Float(metaStep.loss)])))
    for (name, value) in metaStep.gradient.parameters {
      results.append(("metastep.grad.meta." + name, value))
    }
    return results
  }
}

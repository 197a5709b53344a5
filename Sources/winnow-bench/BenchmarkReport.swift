import Models

/// All that `winnow-bench training` measured; its JSON is described in the README.
struct BenchmarkReport: Codable, Equatable {
  /// The version of Winnow.
  let version: String
  let processor: String
  let threads: Int
  /// What OpenBLAS computes with, such as `Zen`.
  let blas: String
  /// Of a 2048³ product, in the same process with the same threads.
  let sgemmGigaflopsPerSecond: Double
  let shapes: BenchmarkShapes
  var presets: [PresetReport]
  /// Why there is nothing of PyTorch; nil where there is.
  var twinAbsence: String?

  enum CodingKeys: String, CodingKey {
    case version
    case processor
    case threads
    case blas
    case sgemmGigaflopsPerSecond = "sgemm_gflops_per_second"
    case shapes
    case presets
    case twinAbsence = "twin_absence"
  }
}

/// The shapes that everything is timed on.
struct BenchmarkShapes: Codable, Equatable {
  var captions = SyntheticBatch.captions
  var words = SyntheticBatch.words
  var longest = SyntheticBatch.longest
  var regions = SyntheticBatch.regions
  var regionDimension = SyntheticBatch.regionDimension
  var vocabulary = SyntheticBatch.vocabulary

  enum CodingKeys: String, CodingKey {
    case captions
    case words
    case longest
    case regions
    case regionDimension = "region_dimension"
    case vocabulary
  }
}

/// What was measured at one size of network.
struct PresetReport: Codable, Equatable {
  let preset: NetworkPreset
  let embedSize: Int
  let similarityDimension: Int
  /// In bytes, while this preset was measured; nil where the system does not tell.
  let peakMemory: Int?
  private(set) var works: [WorkMeasurement]
  /// PyTorch's measurements of the same works.
  private(set) var twin: TwinReport?

  enum CodingKeys: String, CodingKey {
    case preset
    case embedSize = "embed_size"
    case similarityDimension = "similarity_dimension"
    case peakMemory = "peak_memory_bytes"
    case works
    case twin
  }

  /// - Parameter peakMemory: in bytes.
  init(preset: NetworkPreset, peakMemory: Int?, works: [WorkMeasurement]) {
    let configuration = SyntheticBatch.configuration(preset)
    self.preset = preset
    embedSize = configuration.embedSize
    similarityDimension = configuration.similarityDimension
    self.peakMemory = peakMemory
    self.works = works
  }

  /// Sets PyTorch's times beside these.
  mutating func compare(with twin: TwinReport) {
    self.twin = twin
    for index in works.indices {
      works[index].ratio = twin.works.first { $0.work == works[index].work }
        .map { $0.median / works[index].median }
    }
  }
}

/// One timed work.
struct WorkMeasurement: Codable, Equatable {
  let work: TrainingWork
  let runs: Int
  let minimum: Double
  let median: Double
  /// Pairs of the batch over the median.
  let pairsPerSecond: Double
  /// Products' operations, in billions: what is really executed.
  let gigaflop: Double
  /// Those over the median.
  let gigaflopsPerSecond: Double
  /// Pairs that the real step differentiates; of the iteration alone.
  let activePairs: Int?
  /// `gigaflopsPerSecond` over the rate of a 2048³ product.
  let sgemmShare: Double
  /// How many times longer PyTorch takes, by the medians; nil where it was not timed.
  var ratio: Double?

  enum CodingKeys: String, CodingKey {
    case work
    case runs
    case minimum = "seconds_minimum"
    case median = "seconds_median"
    case pairsPerSecond = "pairs_per_second"
    case gigaflop = "gflop"
    case gigaflopsPerSecond = "gflops_per_second"
    case activePairs = "active_pairs"
    case sgemmShare = "sgemm_share"
    case ratio
  }

  /// - Parameter sgemm: GFLOP/s of a 2048³ product.
  init(
    _ work: TrainingWork, _ timing: RepeatedTiming, operations: Int, pairs: Int,
    activePairs: Int? = nil, sgemm: Double
  ) {
    self.work = work
    runs = timing.seconds.count
    minimum = timing.minimum
    median = timing.median
    pairsPerSecond = Double(pairs) / timing.median
    gigaflop = Double(operations) / 1e9
    gigaflopsPerSecond = Double(operations) / 1e9 / timing.median
    self.activePairs = activePairs
    sgemmShare = gigaflopsPerSecond / sgemm
  }
}
